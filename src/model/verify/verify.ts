/** Runs the probes against a backend, one after the other, and puts the report together. */
import type { Backend } from '../../protocol/events.ts';
import { ModelError, type ModelErrorKind } from '../client.ts';
import { type Clock, systemClock } from '../clock.ts';
import { notFound } from '../explain.ts';
import { costOf, priceOf } from '../prices.ts';
import { profileOf } from '../profileOf.ts';
import { createScheduler, type Scheduler } from '../scheduler.ts';
import { CASES, DEFAULT_CASES } from './cases.ts';
import type { Ask, Probe } from './probe.ts';
import { cachedPrefix } from './probes/cachedPrefix.ts';
import { callIds } from './probes/callIds.ts';
import { cancel } from './probes/cancel.ts';
import { longArguments } from './probes/longArguments.ts';
import { reasoningDrop } from './probes/reasoningDrop.ts';
import { reasoningEcho } from './probes/reasoningEcho.ts';
import { schemaAccuracy } from './probes/schemaAccuracy.ts';
import { severalCalls } from './probes/severalCalls.ts';
import { streamShape } from './probes/streamShape.ts';
import { undeclaredTool } from './probes/undeclaredTool.ts';
import { window } from './probes/window.ts';
import { createRawChat, NotAllowed, type RequestLedger } from './rawChat.ts';
import type { Finding, Report, Spent } from './report.ts';

export const PROBES: readonly Probe[] = [
  window,
  streamShape,
  reasoningEcho,
  reasoningDrop,
  callIds,
  severalCalls,
  longArguments,
  undeclaredTool,
  cachedPrefix,
  cancel,
  schemaAccuracy,
];

export interface Progress {
  title: string;
  /** Probes that are done. */
  done: number;
  of: number;
  /** How far the running probe is, or what it waits for. */
  detail?: string;
  /** What it found, when it has just ended. */
  finding?: Finding;
}

export interface VerifyOptions {
  backend: Backend;
  apiKey?: string | undefined;
  /** Instead of the platform's: the embedded stand-in answers without a port. */
  fetch?: typeof fetch | undefined;
  /** Cases of the schema set, from 1 up to all. */
  cases?: number | undefined;
  signal: AbortSignal;
  onProgress?(progress: Progress): void;
  clock?: Clock | undefined;
  /** Shared with the sessions of a process. */
  scheduler?: Scheduler | undefined;
  /** Where what the requests cost is kept, and what may forbid the next one. */
  ledger?: RequestLedger | undefined;
  /** For the report's date. */
  today?: (() => Date) | undefined;
}

/** These end the run, as does an address without an API: every probe that follows would meet the same. */
const FINAL: ReadonlySet<ModelErrorKind> = new Set(['auth', 'quota', 'unknownModel', 'network', 'stalled']);

export const casesToAsk = (cases = DEFAULT_CASES) => Math.min(CASES.length, Math.max(1, cases));

/**
 * A failure, a limit or an abort in mid-run leaves a report of what was found before. While nothing was found yet it
 * rejects: with the signal's reason when it aborts, with a ModelError when the backend cannot be used at all, and with what
 * the ledger threw when nothing may be asked.
 */
export async function verifyBackend(options: VerifyOptions): Promise<Report> {
  const { backend, signal, onProgress = () => {}, clock = systemClock } = options;
  const profile = profileOf(backend);
  const price = priceOf(profile, backend.model);
  const spent: Spent = { requests: 0, promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
  const findings: Finding[] = [];
  let say = (_detail: string) => {};
  const raw = createRawChat({
    backend,
    profile,
    apiKey: options.apiKey,
    fetch: options.fetch,
    clock,
    scheduler: options.scheduler ?? createScheduler(),
    signal,
    ledger: options.ledger,
    onWait: (reason, delayMs) =>
      say(delayMs === undefined ? reason : `${reason} Asks again in ${Math.ceil(delayMs / 1000)} s.`),
  });
  const context = {
    model: backend.model,
    profile,
    cases: casesToAsk(options.cases),
    models: raw.models,
    loaded: raw.loaded,
    now: clock.now,
    say: (detail: string) => say(detail),
    async chat(ask: Ask) {
      spent.requests++;
      const reply = await raw.chat(ask);
      spent.promptTokens += reply.usage?.promptTokens ?? 0;
      spent.cachedTokens += reply.usage?.cachedTokens ?? 0;
      spent.completionTokens += reply.usage?.completionTokens ?? 0;
      return reply;
    },
  };

  const isOfUse = () => findings.some(({ probe, verdict }) => verdict !== 'unknown' && probe !== window.id);
  let stopped: string | undefined;
  for (const [done, { id, title, run }] of PROBES.entries()) {
    if (!isOfUse()) signal.throwIfAborted();
    if (signal.aborted) {
      stopped = CANCELLED;
      break;
    }
    const progress = { title, done, of: PROBES.length };
    say = detail => onProgress({ ...progress, detail });
    onProgress(progress);
    const finding = await run(context).then(
      (outcome): Finding => ({ probe: id, title, ...outcome }),
      (error: unknown): Finding => {
        if (signal.aborted) {
          if (!isOfUse()) throw signal.reason;
          stopped = CANCELLED;
          return { probe: id, title, ...notAsked(stopped) };
        }
        const isLimit = error instanceof NotAllowed;
        if (!isLimit && !(error instanceof ModelError)) throw error;
        if (isLimit || FINAL.has(error.kind) || notFound(error)) {
          if (!isOfUse()) throw isLimit ? error.cause : error;
          stopped = error.message;
        }
        return { probe: id, title, ...(isLimit ? notAsked('A cost limit ended the run.') : refused(error)) };
      },
    );
    findings.push(finding);
    onProgress({ ...progress, done: done + 1, finding });
    if (stopped) break;
  }
  const { baseUrl, model, profile: named, standIn } = backend;
  return {
    version: 1,
    at: (options.today?.() ?? new Date()).toISOString(),
    backend: { baseUrl, model, profile: named, standIn },
    findings,
    spent: price ? { ...spent, cost: costOf(spent, price) } : spent,
    ...(stopped && { stopped }),
  };
}

const CANCELLED = 'It was cancelled.';

const notAsked = (why: string): Omit<Finding, 'probe' | 'title'> => ({
  verdict: 'unknown',
  sent: `Not all of it. ${why}`,
  got: 'Nothing to judge',
  means: 'This was not tried to its end.',
});

const refused = (error: ModelError): Omit<Finding, 'probe' | 'title'> => ({
  verdict: 'unknown',
  sent: 'A request of this probe',
  got: error.message,
  means: 'The backend answered with an error, so this cannot be told.',
});
