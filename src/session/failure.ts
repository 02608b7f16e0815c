/** A turn's failure in words for people. */
import { GoingInCircles } from '../agent/loopGuard.ts';
import { ModelError } from '../model/client.ts';
import { explain } from '../model/explain.ts';
import type { Backend, Failure } from '../protocol/events.ts';
import { OverBudget } from './budget.ts';
import { SessionError } from './error.ts';

export function failureOf(error: unknown, backend: Backend): Failure {
  if (error instanceof OverBudget) return error.failure;
  if (error instanceof ModelError) return explain(error, backend);
  if (error instanceof SessionError) return { kind: error.kind, message: error.message, hint: '' };
  if (error instanceof GoingInCircles) {
    const hint = 'The turn is paused. Tell it what to do differently, or let it go on.';
    return { kind: 'loop', message: error.message, hint, action: 'retry' };
  }
  return {
    kind: 'internal',
    message: `Something in Ascent broke: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'The session is safe. Try again; if it happens again, the log tells more.',
    action: 'showLog',
  };
}
