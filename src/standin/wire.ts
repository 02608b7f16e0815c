/** What clients send: the request side of the OpenAI-compatible wire, as far as a K2 backend reads it. */
import * as z from 'zod';

const TextPart = z.looseObject({ type: z.string(), text: z.string().optional() });
export const WireContent = z.union([z.string(), z.array(TextPart), z.null()]);

export const WireToolCall = z.looseObject({
  id: z.string().default(''),
  type: z.string().optional(),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});
export type WireToolCall = z.infer<typeof WireToolCall>;

export const WireMessage = z.looseObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: WireContent.optional(),
  name: z.string().optional(),
  tool_call_id: z.string().optional(),
  tool_calls: z.array(WireToolCall).optional(),
  /** Moonshot's partial mode: the reply is only what follows this message. */
  partial: z.boolean().optional(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  reasoning_details: z.array(z.looseObject({ text: z.string().optional() })).nullish(),
});
export type WireMessage = z.infer<typeof WireMessage>;

export const WireTool = z.looseObject({
  type: z.string(),
  function: z.looseObject({
    name: z.string(),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
  }),
});
export type WireTool = z.infer<typeof WireTool>;

export const ChatRequest = z.looseObject({
  model: z.string(),
  messages: z.array(WireMessage),
  tools: z.array(WireTool).optional(),
  tool_choice: z.unknown().optional(),
  stream: z.boolean().default(false),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  temperature: z.number().nullish(),
  max_completion_tokens: z.number().nullish(),
  max_tokens: z.number().nullish(),
  prompt_cache_key: z.string().nullish(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;

/** The text of a message's content, parts joined. */
export function textOf(message: WireMessage): string {
  const { content } = message;
  if (content === undefined || content === null) return '';
  return typeof content === 'string' ? content : content.map(part => part.text ?? '').join('');
}
