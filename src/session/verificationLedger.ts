/**
 * What verifying a backend costs. It stands in a log like any other session's, so that the limits of a session and of a
 * day hold for it, and `ascent costs` counts it; the list of sessions leaves out a log in which nobody said anything.
 */
import { priceOf } from '../model/prices.ts';
import { profileOf } from '../model/profileOf.ts';
import type { RequestLedger } from '../model/verify/rawChat.ts';
import type { Backend, NewEvent, SessionEvent } from '../protocol/events.ts';
import { createBudget } from './budget.ts';
import { openLog } from './eventLog.ts';
import { createRecorder, type Writer } from './recorder.ts';
import { sessionFiles } from './sessionFiles.ts';
import { newId } from './sessionId.ts';
import type { Limits } from './sessions.ts';
import { SessionState } from './state.ts';

export interface VerificationLedgerOptions {
  stateDir: string;
  backend: Backend;
  now(): number;
  /** A verification counts as a session of its own. */
  limits(): Limits;
}

const TURN = 'verification';

/** Throws SessionError. `mayAsk` throws OverBudget. Ends with `close`, whatever came of the run. */
export async function openVerificationLedger({
  stateDir,
  backend,
  now,
  limits,
}: VerificationLedgerOptions): Promise<RequestLedger & { close(): Promise<void> }> {
  const files = sessionFiles(stateDir);
  const id = newId(now());
  // Without a price there is nothing to keep; the limits still have to be looked at.
  const priced = priceOf(profileOf(backend), backend.model) !== undefined;
  const log = priced
    ? await openLog((await files.create(id)).directory, { now, write: true })
    : keptNowhere(now);
  const state = new SessionState();
  const { record, recordAll } = createRecorder(state, log);
  const opening: NewEvent[] = [
    { type: 'session.started', version: 1, id, roots: [], backend, mode: 'ask', systemPrompt: '', tools: [] },
    { type: 'session.titled', title: `Verification of ${backend.model}` },
    { type: 'turn.started', turn: TURN, maxSteps: 1_000 },
  ];
  const mayAsk = createBudget({ state, record, limits, now, spentOn: files.spentOn });
  let step = 0;
  try {
    await recordAll(opening);
  } catch (error) {
    await log.close();
    throw error;
  }
  return {
    async mayAsk(price) {
      step += 1;
      await record({ type: 'step.started', turn: TURN, step });
      await mayAsk(price);
    },
    paid: (usage, cost) => record({ type: 'request.paid', turn: TURN, step, usage, ...(cost && { cost }) }),
    async close() {
      try {
        await record({ type: 'turn.ended', turn: TURN, reason: 'done' });
      } finally {
        await log.close();
      }
    },
  };
}

function keptNowhere(now: () => number): Writer {
  let seq = 0;
  return {
    append: async event => ({ ...event, seq: seq++, at: now() }) as SessionEvent,
    async close() {},
  };
}
