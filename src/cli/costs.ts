/** `ascent costs`: the ledger of one session, request by request, or what all sessions cost today. */
import { addMoney, type LedgerEntry, ledgerEntry } from '../protocol/ledger.ts';
import type { Money } from '../protocol/message.ts';
import { dayOf } from '../session/day.ts';
import { SessionError } from '../session/error.ts';
import { openLog } from '../session/eventLog.ts';
import { sessionFiles } from '../session/sessionFiles.ts';
import { defaultStateDir } from '../session/stateDir.ts';
import { parse } from './args.ts';
import { money } from './print.ts';
import { EXIT, type Io } from './run.ts';
import { safe } from './safe.ts';

const flags = { 'state-dir': { type: 'string' }, json: { type: 'boolean' } } as const;

export async function costs(args: string[], { env, stdout }: Io): Promise<number> {
  const { values, positionals } = parse(args, flags, 1);
  const files = sessionFiles(values['state-dir'] ?? defaultStateDir(env));
  const [id] = positionals;
  if (!id) {
    const day = dayOf(Date.now());
    const spent = await files.spentOn(day);
    stdout.write(values.json ? `${JSON.stringify({ day, spent })}\n` : `${day}  ${sumOf(spent)}\n`);
    return EXIT.done;
  }
  if (!(await files.exists(id))) throw new SessionError('notFound', `There is no session ${id}.`);
  const { events } = await openLog(files.paths(id).directory, { write: false });
  const entries = events.map(ledgerEntry).filter(entry => entry !== undefined);
  if (values.json) for (const entry of entries) stdout.write(`${JSON.stringify(entry)}\n`);
  else for (const line of table(entries)) stdout.write(`${safe(line)}\n`);
  return EXIT.done;
}

function* table(entries: LedgerEntry[]): Generator<string> {
  yield row(['step', 'hit', 'miss', 'thinking', 'answer'], 'cost');
  for (const [turn, requests] of Map.groupBy(entries, entry => entry.turn)) {
    for (const { step, hit, miss, reasoning, answer, cost, unseen, estimated } of requests) {
      const notes = [unseen ? 'paid but unseen' : '', estimated ? 'estimated' : ''].filter(Boolean);
      yield row([step, hit, miss, reasoning, answer], [cost ? money(cost) : '–', ...notes].join(', '));
    }
    yield totals(`turn ${turn}`, requests);
  }
  yield totals('session', entries);
}

function totals(what: string, entries: LedgerEntry[]): string {
  const sum = (key: 'hit' | 'miss' | 'reasoning' | 'answer') => entries.reduce((all, e) => all + e[key], 0);
  const spent = entries.reduce<Money[]>((all, { cost }) => addMoney(all, cost), []);
  const counts = ['', sum('hit'), sum('miss'), sum('reasoning'), sum('answer')];
  return row(counts, `${sumOf(spent)}  ${what}`);
}

const row = (cells: (string | number)[], last: string) =>
  `${cells.map(cell => cell.toLocaleString('en').padStart(9)).join(' ')}  ${last}`;

const sumOf = (spent: Money[]) => spent.map(money).join(' + ') || '–';
