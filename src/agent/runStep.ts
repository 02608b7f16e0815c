/** One model call: stream it to whoever watches, record what it amounts to. */
import { ask } from './ask.ts';
import type { TurnInput } from './seams.ts';

/** Resolves when the reply is on disk: no tool runs on a reply that could be lost. Throws ModelError. */
export async function runStep(step: number, input: TurnInput): Promise<void> {
  const { turn, history, model, tools, emit, signal } = input;
  await emit({ type: 'step.started', turn: turn.id, step });
  const { contextWindow } = await model.info(signal);
  const request = { messages: history.messages(), tools: tools.declarations, sessionId: turn.sessionId };
  const reply = await ask(request, step, input, delta => {
    if (delta.type === 'reasoning') emit.live({ type: 'reasoning.delta', text: delta.text });
    else if (delta.type === 'text') emit.live({ type: 'text.delta', text: delta.text });
    else emit.live({ type: 'call.delta', index: delta.index, name: delta.name, bytes: delta.bytes });
  });
  const { message, usage, cost, timing, reasoningKey } = reply;
  await emit({
    type: 'assistant.message',
    turn: turn.id,
    step,
    message,
    usage,
    cost,
    contextWindow,
    timing,
    ...(reasoningKey && { reasoningKey }),
  });
}
