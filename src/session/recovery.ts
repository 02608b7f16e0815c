/**
 * After a crash: what became of the calls that were cut off? Calls without a recorded intent changed nothing and are
 * simply made again by the loop. The others are settled here, each by what can be known for certain.
 */
import { StoppedByPerson, type Toolbox } from '../agent/seams.ts';
import { type Host, HostError } from '../host/host.ts';
import { costOf, priceOf } from '../model/prices.ts';
import { profileOf } from '../model/profileOf.ts';
import type { Effect } from '../protocol/access.ts';
import type { EventOf, NewEvent } from '../protocol/events.ts';
import type { SessionState } from './state.ts';

type Result = Omit<EventOf<'tool.result'>, 'seq' | 'at'>;

/**
 * Requests that were cut off: the backend read their prompts, and how much it wrote nobody knows. Without this they
 * would hold all that they might have cost against the limits.
 */
export function settleRequests({ reservations, backend }: SessionState): NewEvent[] {
  const price = priceOf(profileOf(backend), backend.model);
  return reservations.map(({ turn, step, promptTokens }) => {
    const usage = { promptTokens, cachedTokens: 0, completionTokens: 0, estimated: true };
    return { type: 'request.paid', turn, step, usage, ...(price && { cost: costOf(usage, price) }) };
  });
}

/** Results for the cut-off calls that must not be made again; what a tool takes up itself is left to the loop. */
export async function settleUnfinished(state: SessionState, host: Host, tools: Toolbox): Promise<NewEvent[]> {
  await sweepLeft(state, host);
  const settled: NewEvent[] = [];
  for (const call of state.history.openCalls()) {
    const effects = state.intents.get(call.id)?.effects;
    if (!effects?.length || tools.get(call.name)?.takeUp) continue;
    const result = await outcomeOf(effects, host);
    if (result) settled.push({ type: 'tool.result', callId: call.id, durationMs: 0, ...result });
  }
  return settled;
}

/** The person moves on: what cut-off calls left running ends, and every one of them gets the result that it has. */
export async function endWhatRuns(state: SessionState, host: Host, tools: Toolbox): Promise<NewEvent[]> {
  const { history, intents } = state;
  await sweepLeft(state, host);
  const settled: NewEvent[] = [];
  for (const call of history.openCalls()) {
    const begun = intents.get(call.id);
    const signal = AbortSignal.abort(new StoppedByPerson());
    const nobody = () => Promise.reject(signal.reason);
    const ctx = { callId: call.id, signal, output: () => {}, ask: nobody, setPlan: nobody };
    const result = begun && (await tools.get(call.name)?.takeUp?.(begun, ctx));
    if (result) settled.push({ type: 'tool.result', callId: call.id, durationMs: 0, ...result });
  }
  return settled;
}

/** What a write was making when the process was killed. */
async function sweepLeft({ history, intents }: SessionState, host: Host): Promise<void> {
  for (const call of history.openCalls())
    for (const effect of intents.get(call.id)?.effects ?? [])
      if (effect.kind === 'file') await host.sweep(effect.path);
}

/** Undefined when nothing of it has happened yet, so that doing it is safe. */
async function outcomeOf(
  effects: readonly Effect[],
  host: Host,
): Promise<Pick<Result, 'isError' | 'content' | 'seen' | 'display'> | undefined> {
  const command = effects.find(effect => effect.kind === 'command');
  if (command) {
    return {
      isError: true,
      content:
        'Outcome unknown: the session was cut off while this command ran, and it was not run again. ' +
        'Check what it did before you rely on it or repeat it.',
    };
  }
  const files = effects.filter(effect => effect.kind === 'file');
  const now: (string | null)[] = [];
  for (const { path } of files) {
    const hash = await hashOf(path, host);
    if (typeof hash === 'object' && hash)
      return { isError: true, content: unreadable(path, hash.unreadable) };
    now.push(hash);
  }
  if (files.every((file, i) => now[i] === file.before)) return;
  if (files.every((file, i) => now[i] === file.after)) {
    const seen = files.flatMap(file => (file.after ? [{ path: file.path, hash: file.after }] : []));
    return { isError: false, content: 'Done: the change is on disk, as it was meant to be.', seen };
  }
  const changed = files.filter((file, i) => now[i] !== file.after).map(file => file.path);
  return {
    isError: true,
    content:
      `Conflict: the session was cut off during this change, and ${changed.join(', ')} now has other content than ` +
      'before or after it. Nothing was overwritten. Read it again and decide.',
  };
}

const unreadable = (path: string, why: string) =>
  `Outcome unknown: the session was cut off during this change, and ${path} cannot be read now (${why}). Nothing was ` +
  'done since. Find out what is there before you rely on it or try again.';

async function hashOf(path: string, host: Host): Promise<string | null | { unreadable: string }> {
  try {
    return (await host.read(path)).hash;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return error.code === 'notFound' ? null : { unreadable: error.message };
  }
}
