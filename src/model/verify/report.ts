/** What verifying a backend amounts to: one finding for each probe. Plain data, the same on a page and as JSON. */
import type { Backend } from '../../protocol/events.ts';
import type { Money } from '../../protocol/message.ts';

/**
 * `fail`: work suffers in spite of everything Ascent does about it. `warn`: Ascent copes, at a price that `means`
 * names. `unknown`: the backend gave no answer that would tell.
 */
export type Verdict = 'pass' | 'warn' | 'fail' | 'unknown';

export interface Finding {
  /** The probe's id. */
  probe: string;
  title: string;
  verdict: Verdict;
  /** What was sent, in a few words. */
  sent: string;
  /** What came back. */
  got: string;
  /** What that means for work with this backend. */
  means: string;
  /** The server's flag or the setting of Ascent that mends it; absent where nothing is to be mended. */
  mend?: string;
}

export interface Spent {
  requests: number;
  /** Tokens, cached ones included; as far as the backend tells. */
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  cost?: Money;
}

export interface Report {
  version: 1;
  /** ISO time of its end. */
  at: string;
  backend: Pick<Backend, 'baseUrl' | 'model' | 'profile' | 'standIn'>;
  findings: Finding[];
  spent: Spent;
  /** Why the rest was not tried. */
  stopped?: string;
}

export const VERDICTS: readonly Verdict[] = ['fail', 'warn', 'unknown', 'pass'];

export const countOf = (report: Report, verdict: Verdict): number =>
  report.findings.filter(finding => finding.verdict === verdict).length;

/** "9 pass, 2 warn, 1 fail" */
export function summaryOf(report: Report): string {
  const parts = ([...VERDICTS].reverse() as Verdict[])
    .map(verdict => [countOf(report, verdict), verdict] as const)
    .filter(([count]) => count > 0);
  return parts.map(([count, verdict]) => `${count} ${verdict}`).join(', ') || 'nothing was tried';
}
