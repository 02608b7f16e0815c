/** The tool calls of one reply: reads overlap, everything that changes something keeps the model's order. */
import type { ToolCall } from '../protocol/message.ts';
import type { AskedAhead } from './askAhead.ts';
import { runCall } from './runCall.ts';
import { StoppedByPerson, type TurnInput } from './seams.ts';

/** What the model reads of a call that a stop cut short. */
export const NOT_FINISHED =
  'Not finished: the person stopped the turn. Do not assume that it had any effect, or none.';

/** Every call has its result recorded when this resolves, and also when the person stopped it half-way. */
export async function runCalls(calls: readonly ToolCall[], input: TurnInput): Promise<void> {
  const { tools, emit, signal } = input;
  const answered = new Set<string>();
  const asked: AskedAhead = new Map();
  const answer = async (call: ToolCall) => {
    await runCall(call, input, { behind: calls.slice(calls.indexOf(call) + 1), asked });
    answered.add(call.id);
  };
  try {
    let reads: Promise<void>[] = [];
    for (const call of calls) {
      signal.throwIfAborted();
      if (tools.get(call.name)?.readOnly) {
        reads.push(answer(call));
        continue;
      }
      await allOrFirstError(reads);
      reads = [];
      await answer(call);
    }
    await allOrFirstError(reads);
  } catch (error) {
    // A stop leaves no call without its result, or the next request would be refused. Anything else (the window
    // closes, the disk is full) leaves the log as it is: opening the session classifies what was unfinished.
    if (!(signal.reason instanceof StoppedByPerson)) throw error;
    for (const call of calls.filter(c => !answered.has(c.id))) {
      await emit({
        type: 'tool.result',
        callId: call.id,
        isError: true,
        content: NOT_FINISHED,
        durationMs: 0,
      });
    }
    throw error;
  }
}

/** Waits for all of them even if one fails: none may go on unwatched. */
async function allOrFirstError(running: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(running)).find(r => r.status === 'rejected');
  if (failed) throw failed.reason;
}
