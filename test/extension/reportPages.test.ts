import { describe, expect, it } from 'vitest';
import { html, page } from '../../src/extension/pages/html.ts';
import { COPY_REPORT, verifyBody } from '../../src/extension/pages/verifyPage.ts';
import { type Costs, wireHealthBody } from '../../src/extension/pages/wireHealthPage.ts';
import type { Finding, Report } from '../../src/model/verify/report.ts';
import { type WireHealth, wireHealth } from '../../src/session/wireHealth.ts';
import { stepLimit } from '../session/limits.ts';

const finding = (more: Partial<Finding>): Finding => ({
  probe: 'window',
  title: 'Context window',
  verdict: 'pass',
  sent: 'GET /models',
  got: '262,144 tokens',
  means: 'Room for long tasks.',
  ...more,
});
const report = (...findings: Finding[]): Report => ({
  version: 1,
  at: '2026-11-23T12:00:00.000Z',
  backend: { baseUrl: 'http://127.0.0.1:8000/v1', model: 'K2', profile: 'vllm', standIn: false },
  findings,
  spent: { requests: 30, promptTokens: 12_345, cachedTokens: 0, completionTokens: 6_789 },
});

describe('pages', () => {
  it('run no script and fetch nothing', () => {
    const text = page({ title: 'T', body: html`<p>x</p>`, nonce: 'N0nce' });
    expect(text).toContain(
      `default-src 'none'; style-src 'nonce-N0nce'; base-uri 'none'; form-action 'none'`,
    );
    expect(text).not.toMatch(/<script|script-src|unsafe|https?:/);
    expect(text).toMatch(/^<!DOCTYPE html>/);
  });
  it('show what a backend said as text', () => {
    const nasty = `<img src=x onerror="alert('x')"> & </dd>`;
    const body = verifyBody(report(finding({ got: nasty, title: nasty, mend: nasty }))).html;
    expect(body).not.toContain('<img');
    expect(
      body.match(/&lt;img src=x onerror=&quot;alert\(&#39;x&#39;\)&quot;&gt; &amp; &lt;\/dd&gt;/g),
    ).toHaveLength(3);
  });
});

describe('the verification report', () => {
  it('begins with what needs a person, and says how to mend it', () => {
    const body = verifyBody(
      report(
        finding({ title: 'Fine' }),
        finding({ title: 'So so', verdict: 'warn', mend: '--flag' }),
        finding({ title: 'Bad', verdict: 'fail' }),
        finding({ title: 'Dark', verdict: 'unknown' }),
      ),
    ).html;
    expect([...body.matchAll(/<h3>([\w ]+?) </g)].map(([, title]) => title)).toEqual([
      'Bad',
      'So so',
      'Dark',
      'Fine',
    ]);
    expect(body).toContain('1 pass, 1 unknown, 1 warn, 1 fail');
    expect(body.match(/<dt>Mend<\/dt><dd>--flag<\/dd>/g)).toHaveLength(1);
    expect(body).toContain('12,345 tokens in, 6,789 out');
    expect(body).toContain(`href="command:${COPY_REPORT}"`);
  });
  it('says why the rest was not tried', () => {
    const body = verifyBody({ ...report(finding({})), stopped: 'No money left.' }).html;
    expect(body).toContain('The rest was not tried: No money left.');
  });
});

const CNY = (amount: number) => ({ amount, currency: 'CNY' }) as const;
const costs: Costs = {
  turn: [CNY(0.02)],
  session: [CNY(1.5)],
  unseen: { requests: 0, cost: [] },
  today: [CNY(12), { amount: 0.3, currency: 'USD' }],
  limits: stepLimit(),
};

describe('wire health', () => {
  it('sums up what was paid, beside the limits', () => {
    const text = (more: Partial<Costs>) =>
      wireHealthBody('', wireHealth([]), { ...costs, ...more })
        .html.replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ');
    expect(text({})).toContain(
      'Last turn CNY 0.0200 This session CNY 1.50 All sessions today CNY 12.00 + USD 0.30',
    );
    const limits = { ...stepLimit(), maxCostPerTurn: 0.5, maxCostPerDay: 20 };
    const unseen = { requests: 2, cost: [CNY(0.4)] };
    expect(text({ limits, unseen })).toContain(
      'Last turn CNY 0.0200 (limit 0.5) This session CNY 1.50 Paid but unseen 2 requests, CNY 0.40 All sessions today CNY 12.00 + USD 0.30 (limit 20)',
    );
    expect(text({ session: [] })).toContain('This session nothing that has a price');
  });
  it('shows figures, repairs and retries', () => {
    const health: WireHealth = {
      ...wireHealth([]),
      replies: 4,
      repairs: [{ text: 'Mended <b>.', times: 3 }],
    };
    const body = wireHealthBody('Fix it', health, costs).html;
    expect(body).toContain('4 replies, 3 repaired, nothing asked again');
    expect(body).toContain('Mended &lt;b&gt;.');
    expect(body).toMatch(/<h2>Retries<\/h2><p class="dim">None\.<\/p>/);
  });
});
