/** Requests that have gone out, or are about to, and of which nobody knows yet what they cost. A fold. */
import * as z from 'zod';
import type { SessionEvent } from '../protocol/events.ts';
import { Money } from '../protocol/message.ts';

export const Reservation = z.object({
  turn: z.string(),
  step: z.number(),
  /** When it was made; milliseconds since the epoch. */
  at: z.number(),
  promptTokens: z.number(),
  atMost: Money,
});
export type Reservation = z.infer<typeof Reservation>;

/** The reservations that stand after this event. */
export function reserve(open: readonly Reservation[], e: SessionEvent): readonly Reservation[] {
  switch (e.type) {
    case 'request.reserved': {
      const { turn, step, at, promptTokens, atMost } = e;
      return [...withoutStep(open, e), { turn, step, at, promptTokens, atMost }];
    }
    case 'assistant.message':
    case 'context.summarised':
    case 'request.paid':
      return withoutStep(open, e);
    case 'turn.ended':
      return open.filter(r => r.turn !== e.turn);
    default:
      return open;
  }
}

const withoutStep = (open: readonly Reservation[], { turn, step }: { turn: string; step: number }) =>
  open.filter(r => r.turn !== turn || r.step !== step);
