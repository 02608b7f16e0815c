import { describe, expect, it } from 'vitest';
import { CASES } from '../../../src/model/verify/cases.ts';
import { CASE_TOOLS } from '../../../src/model/verify/caseTools.ts';
import { estimateInWords, estimateVerify } from '../../../src/model/verify/estimate.ts';
import { problemOf } from '../../../src/model/verify/probes/schemaAccuracy.ts';
import { summaryOf } from '../../../src/model/verify/report.ts';
import { PROBES, type Progress, verifyBackend } from '../../../src/model/verify/verify.ts';
import { failure } from '../collect.ts';
import { httpBackend, json, page } from '../httpBackend.ts';
import { bench, finding } from './bench.ts';

const at = (request: number) => ({ request }) as const;

describe('a run', () => {
  it('tells how far it is, and what it found so far', async () => {
    const seen: Progress[] = [];
    const report = await bench({}, { onProgress: progress => void seen.push(progress) }).run();
    expect(seen.flatMap(({ finding }) => finding ?? [])).toEqual(report.findings);
    expect(seen.filter(({ finding }) => finding).map(({ done }) => done)).toEqual(
      PROBES.map((_, i) => i + 1),
    );
    expect(seen.some(({ detail }) => detail === '4 of 4')).toBe(true);
    expect(summaryOf(report)).toBe('11 pass');
  });

  it('counts what it spent as the backend counted it', async () => {
    const { run, standin } = bench();
    const { spent } = await run();
    expect(spent.requests).toBe(standin.requests.length);
    // The one that was closed at its first token told nothing.
    const counted = standin.requests.filter(({ body }) => !JSON.stringify(body).includes('Count from'));
    expect(spent.promptTokens).toBe(counted.reduce((sum, { promptTokens }) => sum + promptTokens, 0));
    expect(spent).not.toHaveProperty('cost');
  });

  const cancelledIn = (probe: string) => {
    const stop = new AbortController();
    return bench(
      {},
      {
        signal: stop.signal,
        onProgress: ({ title, finding }) => {
          if (title === probe && !finding) queueMicrotask(() => stop.abort(new Error('enough')));
        },
      },
    );
  };

  it('ends at once when it is cancelled, with the socket closed and what it found', async () => {
    const { run, standin } = cancelledIn('Schema accuracy');
    const report = await run();
    expect(report.stopped).toBe('It was cancelled.');
    expect(report.findings.map(({ verdict }) => verdict)).toEqual([...Array(10).fill('pass'), 'unknown']);
    expect(standin.requests.filter(({ outcome }) => outcome === 'pending')).toEqual([]);
  });

  it('gives no report when it is cancelled before anything was found', async () => {
    await expect(cancelledIn('Stream shape').run()).rejects.toThrow('enough');
  });

  it('waits where the backend is busy, and asks again', async () => {
    const details: (string | undefined)[] = [];
    const { run, clock } = bench(
      { faults: [{ ...at(1), kind: 'overloaded', retryAfter: 7 }] },
      { onProgress: ({ detail }) => void details.push(detail) },
    );
    expect(finding(await run(), 'stream').verdict).toBe('pass');
    expect(details.join()).toMatch(/Asks again in 7 s/);
    expect(clock.now()).toBeGreaterThan(7_000);
  });

  it('keeps what it found when the money runs out in the middle', async () => {
    const report = await bench({ faults: [{ ...at(3), kind: 'quota' }] }).run();
    expect(report.stopped).toMatch(/balance|quota|paid/i);
    expect(report.findings.map(({ probe }) => probe)).toEqual(['window', 'stream', 'reasoning-echo']);
    expect(report.findings.at(-1)?.verdict).toBe('unknown');
  });

  it('keeps what it found when a cost limit forbids the next request', async () => {
    let asked = 0;
    const limit = new Error('The limit of USD 0.10 for one turn would be passed.');
    const ledger = (most: number) => ({
      mayAsk: async () => {
        if (++asked > most) throw limit;
      },
      paid: async () => {},
    });
    const report = await bench({}, { ledger: ledger(3) }).run();
    expect(report.stopped).toBe(limit.message);
    expect(report.findings.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'unknown']);
    asked = 0;
    await expect(bench({}, { ledger: ledger(0) }).run()).rejects.toBe(limit);
  });

  it('goes on after an error that only one probe meets', async () => {
    const report = await bench({ faults: [{ ...at(1), kind: 'serverError' }] }).run();
    expect(finding(report, 'stream').verdict).toBe('unknown');
    expect(report.findings).toHaveLength(PROBES.length);
  });

  it('is refused with a wrong key, before anything else is asked', async () => {
    const { run, standin } = bench({ apiKey: 'right' }, { apiKey: 'wrong' });
    expect(await failure(run())).toMatchObject({ kind: 'auth' });
    expect(standin.requests).toEqual([]);
  });

  it('sends no key over http to another machine, and puts none into the report', async () => {
    const { run } = bench({}, { apiKey: 'sk-secret' });
    expect(JSON.stringify(await run())).not.toContain('sk-secret');
    const far = { baseUrl: 'http://k2.example/v1', model: 'k2', profile: 'vllm', standIn: false };
    const { signal } = new AbortController();
    await expect(verifyBackend({ backend: far, apiKey: 'sk-secret', signal })).rejects.toThrow(/not sent/);
  });

  it('ends at once where no API is', async () => {
    const server = await httpBackend({ chat: page(200), models: page(200) });
    const { signal } = new AbortController();
    await expect(verifyBackend({ backend: server.backend(), signal })).rejects.toThrow(/web page/);
    expect(server.chats).toHaveLength(1);
  });

  it('speaks to a real server', async () => {
    const server = await httpBackend({ chat: json({ error: { message: 'The model is not loaded' } }, 400) });
    const { signal } = new AbortController();
    const report = await verifyBackend({ backend: server.backend(), cases: 1, signal });
    expect(finding(report, 'window').verdict).toBe('pass');
    expect(finding(report, 'stream').got).toContain('not loaded');
  });
});

describe('the estimate', () => {
  it('covers what a run really takes', async () => {
    const { run, standin } = bench();
    const backend = {
      baseUrl: 'http://127.0.0.1:8000/v1',
      model: standin.model,
      profile: 'vllm',
      standIn: false,
    };
    const estimate = estimateVerify(backend, 4);
    const { spent } = await run();
    expect(spent.requests).toBe(estimate.requests);
    expect(spent.promptTokens).toBeLessThan(1.3 * estimate.prompt);
    expect(spent.promptTokens).toBeGreaterThan(0.5 * estimate.prompt);
    expect(spent.completionTokens).toBeLessThan(estimate.most);
    expect(estimateInWords(estimate)).toMatch(
      /^About \d+ requests, \d+k tokens in and \d+k out \(at most \d+k\)\.$/,
    );
  });
  it('is in money where the price is known', () => {
    const backend = {
      baseUrl: 'https://api.novita.ai/openai/v1',
      model: 'moonshotai/kimi-k2-thinking',
      profile: 'novita',
      standIn: false,
    };
    const { cost, prompt, output } = estimateVerify(backend);
    expect(cost?.usual.amount).toBeCloseTo((prompt * 0.6 + output * 2.5) / 1e6);
    expect(estimateInWords(estimateVerify(backend))).toMatch(/about USD 0\.\d\d, at most USD \d\.\d\d\.$/);
  });
});

describe('the schema set', () => {
  it('has forty different cases over all tools, some of them without a call', () => {
    expect(CASES).toHaveLength(40);
    expect(new Set(CASES.map(({ ask }) => ask)).size).toBe(40);
    expect(CASES.filter(({ expect }) => expect === 'none')).toHaveLength(7);
    for (const { tools, expect: expected } of CASES)
      if (expected !== 'none') expect(tools).toContain(expected);
    expect(new Set(CASES.map(({ expect }) => expect)).size).toBe(Object.keys(CASE_TOOLS).length + 1);
  });
  it.each([
    ['get_weather', { city: 'Oslo', unit: 'celsius', days: 3 }, 'fine'],
    ['get_weather', { city: 'Oslo', unit: 'kelvin', days: 3 }, /unit/],
    ['get_weather', { city: 'Oslo', unit: 'celsius', days: 3.5 }, /days/],
    ['get_weather', { city: 'Oslo', unit: 'celsius', days: '3' }, /days/],
    ['get_weather', { city: 'Oslo', unit: 'celsius', days: 3, hours: 1 }, /hours/],
    ['plot_chart', { kind: 'bar', series: [{ name: 'a', points: [[1, 2]] }] }, 'fine'],
    ['plot_chart', { kind: 'bar', series: [{ name: 'a', points: [[1]] }] }, /points/],
    ['book_table', { restaurant: 'A', guests: 2, date: '2027-02-14', time: '20:30', wishes: null }, 'fine'],
    ['book_table', { restaurant: 'A', guests: 2, date: '14.2.2027', time: '20:30', wishes: null }, /date/],
    ['run_command', { command: 'ls', environment: { CI: 1 } }, /environment/],
  ] as const)('judges %s %o', (name, args, words) => {
    const problem = problemOf({ name, arguments: JSON.stringify(args) }, [name]);
    expect(problem).toMatch(words);
    if (words !== 'fine') expect(problem).not.toBe('fine');
  });
});
