/** How the backend did in a session, as people read it. */
import type { Money } from '../../protocol/message.ts';
import type { Limits } from '../../session/sessions.ts';
import { healthRows, type Tally, type WireHealth } from '../../session/wireHealth.ts';
import { button, type Html, html } from './html.ts';

export const REFRESH_HEALTH = 'ascent.showWireHealth';

export interface Costs {
  turn: readonly Money[];
  session: readonly Money[];
  /** Of the session's: requests that were stopped or asked again. */
  unseen: { requests: number; cost: readonly Money[] };
  /** Of all sessions. */
  today: readonly Money[];
  limits: Limits;
}

export function wireHealthBody(title: string, health: WireHealth, costs: Costs): Html {
  return html`<h1>Wire health</h1>
<p class="dim">${title || 'This session'}, since its backend was chosen</p>
<div class="bar"><strong>${sentence(health)}</strong>${button(REFRESH_HEALTH, 'Refresh')}</div>
${rows(healthRows(health))}
<h2>Costs</h2>
${rows(costRows(costs))}
${section('Repairs', 'What came over the wire was mended; the work went on with it.', health.repairs)}
${section('Retries', 'The request went out again. Nothing ran twice.', health.retries)}`;
}

const rows = (list: readonly (readonly [name: string, value: string])[]): Html =>
  html`<table><tbody>${list.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`;

function costRows({ turn, session, unseen, today, limits }: Costs): [string, string][] {
  const lost = `${unseen.requests} ${unseen.requests === 1 ? 'request' : 'requests'}, ${money(unseen.cost)}`;
  return [
    ['Last turn', of(turn, limits.maxCostPerTurn)],
    ['This session', of(session, limits.maxCost)],
    ...(unseen.requests ? [['Paid but unseen', lost] satisfies [string, string]] : []),
    ['All sessions today', of(today, limits.maxCostPerDay)],
  ];
}

const of = (spent: readonly Money[], limit: number | undefined) =>
  limit === undefined ? money(spent) : `${money(spent)} (limit ${limit})`;
const money = (spent: readonly Money[]) =>
  spent.map(({ amount, currency }) => `${currency} ${amount.toFixed(amount < 0.1 ? 4 : 2)}`).join(' + ') ||
  'nothing that has a price';

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
