/** How the backend did in a session, as people read it. */
import { healthRows, type Tally, type WireHealth } from '../../session/wireHealth.ts';
import { button, type Html, html } from './html.ts';

export const REFRESH_HEALTH = 'ascent.showWireHealth';

export function wireHealthBody(title: string, health: WireHealth): Html {
  return html`<h1>Wire health</h1>
<p class="dim">${title || 'This session'}, since its backend was chosen</p>
<div class="bar"><strong>${sentence(health)}</strong>${button(REFRESH_HEALTH, 'Refresh')}</div>
<table><tbody>${healthRows(health).map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>
${section('Repairs', 'What came over the wire was mended; the work went on with it.', health.repairs)}
${section('Retries', 'The request went out again. Nothing ran twice.', health.retries)}`;
}

function section(title: string, about: string, list: readonly Tally[]): Html {
  if (!list.length) return html`<h2>${title}</h2><p class="dim">None.</p>`;
  const rows = list.map(({ text, times }) => html`<tr><th scope="row">${times} ×</th><td>${text}</td></tr>`);
  return html`<h2>${title}</h2><p class="dim">${about}</p><table class="tally"><tbody>${rows}</tbody></table>`;
}

const total = (list: readonly Tally[]) => list.reduce((sum, { times }) => sum + times, 0);

function sentence({ replies, repairs, retries }: WireHealth): string {
  if (!replies) return 'No reply yet.';
  const parts = [
    `${replies} ${replies === 1 ? 'reply' : 'replies'}`,
    total(repairs) ? `${total(repairs)} repaired` : 'nothing repaired',
    total(retries) ? `${total(retries)} asked again` : 'nothing asked again',
  ];
  return parts.join(', ');
}
