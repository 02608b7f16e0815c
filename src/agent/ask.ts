/** One request to the model, and all that may happen on the way to its reply. */
import type { ModelDelta, ModelReply, ModelRequest } from '../model/client.ts';
import type { LiveEvent } from '../protocol/events.ts';
import type { TurnInput } from './seams.ts';

/**
 * `shown` gets what is written, for whoever watches; retries, waits and what was paid in vain are recorded here.
 * Throws ModelError, and what the request's `mayAsk` threw.
 */
export async function ask(
  request: ModelRequest,
  step: number,
  { turn, model, emit, signal }: TurnInput,
  shown: (delta: Extract<ModelDelta, { type: 'reasoning' | 'text' | 'call' }>) => void,
): Promise<ModelReply> {
  let reply: ModelReply | undefined;
  let attempt = 1;
  for await (const delta of model.stream(request, signal)) {
    switch (delta.type) {
      case 'reasoning':
      case 'text':
      case 'call':
        shown(delta);
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
  return reply;
}

function waiting(reason: string, delayMs: number | undefined, attempt: number): LiveEvent {
  const until = delayMs === undefined ? undefined : Date.now() + delayMs;
  return { type: 'step.waiting', reason, until, attempt };
}
