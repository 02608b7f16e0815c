/** The report of a backend's verification, as people read it. */
import { type Finding, type Report, summaryOf, type Verdict } from '../../model/verify/report.ts';
import { button, type Html, html } from './html.ts';

export const COPY_REPORT = 'ascent.copyVerifyReport';

export function verifyBody(report: Report): Html {
  const { backend, findings, spent, stopped, at } = report;
  const cost = spent.cost ? `, ${spent.cost.currency} ${spent.cost.amount.toFixed(2)}` : '';
  const count = (tokens: number) => tokens.toLocaleString('en');
  const address = backend.standIn ? 'the stand-in (scripted, no model)' : backend.baseUrl;
  return html`<h1>Backend verification</h1>
<p><code>${backend.model}</code> at <code>${address}</code> <span class="dim">profile ${backend.profile}</span></p>
<div class="bar"><strong>${summaryOf(report)}</strong>
<span class="dim">${at.slice(0, 16).replace('T', ' ')} UTC · ${spent.requests} requests · ${count(spent.promptTokens)} tokens in, ${count(spent.completionTokens)} out${cost}</span>
${button(COPY_REPORT, 'Copy as JSON')}</div>
${stopped ? html`<p class="fail" role="alert">The rest was not tried: ${stopped}</p>` : ''}
${inOrder(findings).map(findingRow)}`;
}

const ORDER: Record<Verdict, number> = { fail: 0, warn: 1, unknown: 2, pass: 3 };
/** What needs a person first. */
const inOrder = (findings: readonly Finding[]) =>
  [...findings].sort((a, b) => ORDER[a.verdict] - ORDER[b.verdict]);

const WORDS: Record<Verdict, string> = {
  fail: 'fails',
  warn: 'works, at a price',
  unknown: 'unknown',
  pass: 'passes',
};

function findingRow({ title, verdict, sent, got, means, mend }: Finding): Html {
  return html`<section class="finding">${sign(verdict)}<h3>${title} <span class="dim">${WORDS[verdict]}</span></h3>
<dl><dt>Sent</dt><dd>${sent}</dd><dt>Got</dt><dd>${got}</dd><dt>Means</dt><dd>${means}</dd>${mend ? html`<dt>Mend</dt><dd>${mend}</dd>` : ''}</dl></section>`;
}

/** Told apart by shape, not by colour alone. */
const SHAPES: Record<Verdict, Html> = {
  pass: html`<path d="M3 8.5 6.5 12 13 4.5"/>`,
  warn: html`<path d="M8 2 14.5 13.5h-13z"/><path d="M8 6.5v3.2M8 11.3v.6"/>`,
  fail: html`<path d="m4 4 8 8M12 4l-8 8"/>`,
  unknown: html`<circle cx="8" cy="8" r="6"/><path d="M6.2 6.4a1.8 1.8 0 1 1 2.6 1.7c-.6.3-.8.6-.8 1.2M8 11.2v.5"/>`,
};

const sign = (verdict: Verdict): Html =>
  html`<span class="sign ${verdict}"><svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" role="img" aria-label="${WORDS[verdict]}">${SHAPES[verdict]}</svg></span>`;
