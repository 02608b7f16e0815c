/**
 * What the model reads and writes, free of any backend's dialect.
 *
 * K2-Thinking answers in one fixed order: reasoning, then text, then tool calls. So an assistant message is three
 * fields, not a list of parts, and there is no order to get wrong.
 */
import * as z from 'zod';

export const ToolCall = z.object({
  /** Unique within the session, whatever the backend repeats. */
  id: z.string().min(1),
  name: z.string(),
  /** The JSON text as the model wrote it (or as repaired); parsed by the agent, never by the wire. */
  arguments: z.string(),
});
export type ToolCall = z.infer<typeof ToolCall>;

export const AssistantMessage = z.object({
  role: z.literal('assistant'),
  /** Absent: the backend sent none. Empty: it sent an empty one, which must go back as it came. */
  reasoning: z.string().optional(),
  /** OpenRouter's `reasoning_details`, kept untouched for the way back. */
  reasoningDetails: z.array(z.unknown()).optional(),
  text: z.string(),
  toolCalls: z.array(ToolCall),
});
export type AssistantMessage = z.infer<typeof AssistantMessage>;

export interface SystemMessage {
  role: 'system';
  text: string;
}
export interface UserMessage {
  role: 'user';
  text: string;
}
export interface ToolMessage {
  role: 'tool';
  callId: string;
  /** The tool's name; some chat templates print it. */
  name: string;
  text: string;
}
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/** A tool as the model is told of it. `parameters` is a JSON schema whose top level is an object. */
export const ToolDeclaration = z.object({
  name: z.string(),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()),
});
export type ToolDeclaration = z.infer<typeof ToolDeclaration>;

/** Token counts of one model call. */
export const Usage = z.object({
  /** All input tokens, cached ones included. */
  promptTokens: z.number(),
  /** The part of `promptTokens` served from the backend's prefix cache. */
  cachedTokens: z.number(),
  /** All output tokens, reasoning included. */
  completionTokens: z.number(),
  /** The reasoning part of `completionTokens`, where the backend tells it. */
  reasoningTokens: z.number().optional(),
  /** True when the backend sent no usage and these are our own estimates. */
  estimated: z.boolean().optional(),
});
export type Usage = z.infer<typeof Usage>;

export const Money = z.object({ amount: z.number(), currency: z.enum(['USD', 'CNY']) });
export type Money = z.infer<typeof Money>;
