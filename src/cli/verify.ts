/** `ascent verify`: probes a backend, and says what it found. */
import { CASES, DEFAULT_CASES } from '../model/verify/cases.ts';
import { estimateInWords, estimateVerify } from '../model/verify/estimate.ts';
import { plural } from '../model/verify/probe.ts';
import { countOf, type Report, summaryOf, type Verdict } from '../model/verify/report.ts';
import { PROBES, type Progress, verifyBackend } from '../model/verify/verify.ts';
import { defaultStateDir } from '../session/stateDir.ts';
import { openVerificationLedger } from '../session/verificationLedger.ts';
import { standinAt } from '../standin/fromUrl.ts';
import { CostOptions, checked, parse, UsageError } from './args.ts';
import { apiKeyOf, backendOf, served } from './backend.ts';
import { money } from './print.ts';
import { EXIT, type Io } from './run.ts';

const text = { type: 'string' } as const;
const flags = {
  'base-url': text,
  model: text,
  profile: text,
  'api-key-env': text,
  cases: text,
  'state-dir': text,
  'max-cost': text,
  'max-cost-per-day': text,
  json: { type: 'boolean' },
} as const;

/** Exit code 1 when a probe fails or the run could not be finished. */
export async function verify(args: string[], { env, stdout, stderr, onInterrupt }: Io): Promise<number> {
  const { values } = parse(args, flags, 0);
  const cases = casesOf(values.cases);
  const limit = checked(CostOptions, values);
  const wanted = backendOf(values, env);
  const apiKey = apiKeyOf(values, env);
  const cancel = new AbortController();
  const forget = onInterrupt(() => cancel.abort());
  const { signal } = cancel;
  let ledger: Awaited<ReturnType<typeof openVerificationLedger>> | undefined;
  try {
    const backend = await served(wanted, apiKey, signal);
    stderr.write(`Verifying ${backend.model} at ${backend.baseUrl} (profile ${backend.profile}).\n`);
    stderr.write(`${estimateInWords(estimateVerify(backend, cases))} Ctrl+C cancels.\n`);
    ledger = await openVerificationLedger({
      stateDir: values['state-dir'] ?? defaultStateDir(env),
      backend,
      now: Date.now,
      limits: () => ({
        maxSteps: PROBES.length,
        maxCost: limit['max-cost'],
        maxCostPerTurn: undefined,
        maxCostPerDay: limit['max-cost-per-day'],
      }),
    });
    const standin = backend.standIn ? standinAt(backend.baseUrl, backend.model) : undefined;
    const report = await verifyBackend({
      backend: standin ? { ...backend, baseUrl: standin.baseUrl } : backend,
      ...(standin ? { fetch: standin.fetch } : { apiKey }),
      cases,
      signal,
      ledger,
      onProgress: progress => printProgress(progress, stderr),
    });
    report.backend.baseUrl = backend.baseUrl;
    stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
    if (signal.aborted) return EXIT.interrupted;
    return countOf(report, 'fail') || report.stopped ? EXIT.failed : EXIT.done;
  } catch (error) {
    if (!signal.aborted) throw error;
    stderr.write('Cancelled.\n');
    return EXIT.interrupted;
  } finally {
    forget();
    await ledger?.close();
  }
}

function casesOf(given: string | undefined): number {
  const cases = Number(given ?? DEFAULT_CASES);
  if (!Number.isInteger(cases) || cases < 1 || cases > CASES.length)
    throw new UsageError(`--cases must be a whole number from 1 to ${CASES.length}.`);
  return cases;
}

/** A terminal shows the running probe on one line; a file gets a line for each finding. */
function printProgress({ title, done, of, detail, finding }: Progress, stderr: Io['stderr']): void {
  const clear = stderr.isTTY ? '\r\x1b[K' : '';
  if (finding) stderr.write(`${clear}[${done}/${of}] ${SIGNS[finding.verdict]} ${title}\n`);
  else if (stderr.isTTY) stderr.write(`${clear}[${done}/${of}] ${title}${detail ? ` (${detail})` : ''}`);
}

const SIGNS: Record<Verdict, string> = { pass: '✓', warn: '!', fail: '✗', unknown: '?' };

/** One paragraph for each finding. */
export function reportText(report: Report): string {
  const { backend, findings, spent, stopped } = report;
  const lines = [`Verification of ${backend.model} at ${backend.baseUrl}: ${summaryOf(report)}`, ''];
  for (const { title, verdict, sent, got, means, mend } of findings) {
    lines.push(
      `${SIGNS[verdict]} ${title}: ${verdict}`,
      `    sent   ${sent}`,
      `    got    ${got}`,
      `    means  ${means}`,
    );
    if (mend) lines.push(`    mend   ${mend}`);
  }
  if (stopped) lines.push('', `The rest was not tried: ${stopped}`);
  const cost = spent.cost ? ` · ${money(spent.cost)}` : '';
  const counts = [spent.promptTokens, spent.completionTokens].map(tokens => tokens.toLocaleString('en'));
  lines.push(
    '',
    `${plural(spent.requests, 'request')} · tokens ${counts[0]} in, ${counts[1]} out${cost}`,
    '',
  );
  return lines.join('\n');
}
