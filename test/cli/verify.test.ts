import { describe, expect, it, onTestFinished } from 'vitest';
import { serveStandin } from '../../src/standin/server.ts';
import { createStandin, type StandinOptions } from '../../src/standin/standin.ts';
import { ascent, sampleProject, start } from './ascent.ts';

async function backend(options: StandinOptions = {}): Promise<string> {
  const server = await serveStandin(createStandin({ tokensPerSecond: 0, ...options }), 0);
  onTestFinished(() => server.close());
  return server.url;
}
const verify = (url: string, ...more: string[]) =>
  ascent(['verify', '--base-url', url, '--profile', 'vllm', '--cases', '3', ...more], sampleProject());

describe('ascent verify', () => {
  it('a sound backend: a report to read, exit code 0', async () => {
    // At a pace: of an answer that comes in one piece nothing is left to cancel.
    const { code, out, err } = await verify(await backend({ tokensPerSecond: 5_000 }));
    expect(out).toContain('11 pass');
    expect(code).toBe(0);
    expect(out).toMatch(/✓ Thinking comes back: pass\n {4}sent {3}\S/);
    expect(err).toMatch(/Verifying moonshotai\/Kimi-K2-Thinking .*\nAbout \d+ requests/);
    expect(err).toContain('[11/11] ✓ Schema accuracy');
  });
  it('one that fails: what mends it, exit code 1; as JSON, nothing else on stdout', async () => {
    const url = await backend({ faults: [{ request: 'every', kind: 'arguments', how: 'cut' }] });
    const { code, out } = await verify(url, '--json');
    expect(code).toBe(1);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ version: 1, backend: { baseUrl: url, profile: 'vllm', standIn: false } });
    const failed = report.findings.filter((finding: { verdict: string }) => finding.verdict === 'fail');
    expect(failed).toEqual([expect.objectContaining({ probe: 'long-arguments', mend: expect.any(String) })]);
  });
  it('the embedded stand-in', async () => {
    const { code, out } = await ascent(
      ['verify', '--base-url', 'standin:?speed=0', '--cases', '1'],
      sampleProject(),
    );
    expect(out).toContain('11 pass');
    expect(code).toBe(0);
  });
  it('what it costs counts for the day, and stands in no list of sessions', async () => {
    const place = sampleProject();
    const priced = ['--profile', 'moonshot-cn', '--model', 'kimi-k2.6', '--cases', '1', '--json'];
    const report = JSON.parse(
      (await ascent(['verify', '--base-url', await backend({ models: ['kimi-k2.6'] }), ...priced], place))
        .out,
    );
    const { spent } = JSON.parse((await ascent(['costs', '--json'], place)).out);
    expect(report.spent.cost.amount).toBeGreaterThan(0);
    expect(spent).toEqual([{ currency: 'CNY', amount: expect.any(Number) }]);
    // Answers that a probe cuts off were paid for, too, and stand in no report.
    expect(spent[0].amount).toBeGreaterThanOrEqual(report.spent.cost.amount);
    expect((await ascent(['sessions'], place)).out).not.toContain('Verification');
  });
  it('stops before the request that could pass a limit: exit code 1, nothing sent', async () => {
    const url = await backend({ faults: [{ request: 'every', kind: 'quota' }] });
    const priced = ['--base-url', url, '--profile', 'moonshot-cn', '--model', 'kimi-k2.6'];
    const place = sampleProject();
    const { code, err } = await ascent(['verify', ...priced, '--max-cost-per-day', '0.0001'], place);
    expect(code).toBe(1);
    expect(err).toMatch(/The limit of CNY 0\.0001 for all sessions of a day would be passed/);
    expect((await ascent(['verify', ...priced, '--max-cost', 'much'], place)).code).toBe(2);
  });
  it.each([
    ['at first', 1, /^$/, /Cancelled\./],
    ['later on', 2, /✓ Stream shape: pass[\s\S]*The rest was not tried: It was cancelled\./, /\[2\/11\]/],
  ])('Ctrl+C %s: exit code 130, and a report of what was found', async (_, request, report, told) => {
    const url = await backend({ faults: [{ request, kind: 'silence', ms: 600_000 }] });
    const run = start(['verify', '--base-url', url], sampleProject());
    await run.printed(new RegExp(`\\[${request}/11\\]`));
    run.child.kill('SIGINT');
    const { code, out, err } = await run.finished;
    expect(code).toBe(130);
    expect(out).toMatch(report);
    expect(err).toMatch(told);
  });
  it.each([
    ['a number of cases that is none', ['--cases', '41']],
    ['an address that is none', ['--base-url', 'localhost']],
    ['a word that does not belong', ['now']],
  ])('%s: exit code 2', async (_, args) => {
    expect((await ascent(['verify', ...args], sampleProject())).code).toBe(2);
  });
  it('a backend that is not there: exit code 1', async () => {
    const server = await serveStandin(createStandin(), 0);
    await server.close();
    const { code, err } = await ascent(['verify', '--base-url', server.url], sampleProject());
    expect(err).toContain('does not answer');
    expect(code).toBe(1);
  });
});

it('ascent run takes the model that the backend serves, when nobody names one', async () => {
  const url = await backend({ models: ['my-own-weights'] });
  const { code, events } = await ascent(
    ['run', '--json', '--base-url', url, 'Write a poem.'],
    sampleProject(),
  );
  expect(code).toBe(0);
  expect(events()[0]).toMatchObject({ type: 'session.started', backend: { model: 'my-own-weights' } });
});
