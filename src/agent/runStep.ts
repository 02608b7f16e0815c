/** One model call: stream it to whoever watches, record what it amounts to. */
import type { ModelReply } from '../model/client.ts';
import type { LiveEvent } from '../protocol/events.ts';
import type { TurnInput } from './seams.ts';

/** Resolves when the reply is on disk: no tool runs on a reply that could be lost. Throws ModelError. */
export async function runStep(step: number, input: TurnInput): Promise<void> {
  const { turn, history, model, tools, emit, signal } = input;
  await emit({ type: 'step.started', turn: turn.id, step });
  const { contextWindow } = await model.info(signal);
  const request = { messages: history.messages(), tools: tools.declarations, sessionId: turn.sessionId };
  let reply: ModelReply | undefined;
  let attempt = 1;

  for await (const delta of model.stream(request, signal)) {
    switch (delta.type) {
      case 'reasoning':
        emit.live({ type: 'reasoning.delta', text: delta.text });
        break;
      case 'text':
        emit.live({ type: 'text.delta', text: delta.text });
        break;
      case 'call':
        emit.live({ type: 'call.delta', index: delta.index, name: delta.name, bytes: delta.bytes });
        break;
      case 'retry':
        attempt = delta.attempt;
        await emit({
          type: 'notice',
          level: 'info',
          code: 'retry',
          text: `${delta.error.message} Asked again.`,
        });
        emit.live({ type: 'step.reset' });
        emit.live(waiting(delta.error.message, delta.delayMs, attempt));
        break;
      case 'waiting':
        emit.live(waiting(delta.reason, delta.delayMs, attempt));
        break;
      case 'unseen':
        await emit({ type: 'request.paid', turn: turn.id, step, usage: delta.usage, cost: delta.cost });
        break;
      case 'reply':
        reply = delta;
    }
  }
  if (!reply) throw new Error('The model client ended its stream without a reply.');

  for (const text of reply.repairs) await emit({ type: 'notice', level: 'info', code: 'wire', text });
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

function waiting(reason: string, delayMs: number | undefined, attempt: number): LiveEvent {
  const until = delayMs === undefined ? undefined : Date.now() + delayMs;
  return { type: 'step.waiting', reason, until, attempt };
}
