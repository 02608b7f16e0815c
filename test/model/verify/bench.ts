/** A stand-in behind the probes, with a clock that sleeps only on paper. */
import { createScheduler } from '../../../src/model/scheduler.ts';
import type { Finding, Report } from '../../../src/model/verify/report.ts';
import { type VerifyOptions, verifyBackend } from '../../../src/model/verify/verify.ts';
import { createStandin, type StandinOptions } from '../../../src/standin/standin.ts';

export function paperClock() {
  let time = 0;
  return {
    now: () => time,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      time += ms;
    },
  };
}

/** Undefined options of the stand-in are those of a sound vLLM whose input keeps `reasoning`. */
export function bench(
  standinOptions: StandinOptions = {},
  more: Partial<Omit<VerifyOptions, 'backend'>> & { profile?: string; model?: string } = {},
) {
  const clock = paperClock();
  const standin = createStandin({ clock, record: true, ...standinOptions });
  const { profile = 'vllm', model = standin.model, ...options } = more;
  const run = () =>
    verifyBackend({
      backend: { baseUrl: 'http://127.0.0.1:8000/v1', model, profile, standIn: false },
      fetch: standin.fetch,
      cases: 4,
      signal: new AbortController().signal,
      clock,
      scheduler: createScheduler(clock),
      today: () => new Date(0),
      ...options,
    });
  return { standin, clock, run };
}

export const finding = (report: Report, probe: string): Finding => {
  const found = report.findings.find(({ probe: id }) => id === probe);
  if (!found) throw new Error(`no finding of ${probe}`);
  return found;
};
