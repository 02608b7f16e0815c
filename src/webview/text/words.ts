/** Numbers and times in words, short and always with their unit; `exact` forms are for the hover. */
import type { ApprovalMode } from '../../protocol/approvals.ts';
import type { Money } from '../../protocol/message.ts';
import type { SessionStatus } from '../../protocol/transcript.ts';
import type { SessionSummary } from '../../protocol/view.ts';

export function duration(ms: number): string {
  if (ms < 950) return `${(Math.max(ms, 0) / 1000).toFixed(1)} s`;
  if (ms < 9_950) return `${Number((ms / 1000).toFixed(1))} s`;
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  const two = (n: number) => String(n).padStart(2, '0');
  if (s < 3600) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
  return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} min`;
}

/** For something that counts up on the screen: whole seconds, and short. */
export function elapsed(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${two(s % 60)}s`;
  return `${Math.floor(s / 3600)}h ${two(Math.floor((s % 3600) / 60))}m`;
}

export function compact(n: number): string {
  if (n < 1000) return String(n);
  if (n < 99_950) return `${Number((n / 1000).toFixed(1))}k`;
  if (n < 999_500) return `${Math.round(n / 1000)}k`;
  return `${Number((n / 1_000_000).toFixed(1))}M`;
}

export const exact = (n: number) => n.toLocaleString('en-US');

export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 1_000_000) return `${Number((n / 1000).toFixed(1))} kB`;
  return `${Number((n / 1_000_000).toFixed(1))} MB`;
}

const signs = { USD: '$', CNY: '¥' };
/** Two digits from ten cents on, else enough to see the first two that count. */
export function money(sums: readonly Money[]): string {
  return sums
    .filter(m => m.amount > 0)
    .map(m => {
      const digits = m.amount >= 0.1 ? 2 : m.amount >= 0.01 ? 3 : 4;
      return `${signs[m.currency]}${m.amount < 0.0001 ? '0.0001' : m.amount.toFixed(digits)}`;
    })
    .join(' + ');
}

export const plural = (n: number, one: string, many = `${one}s`) => `${exact(n)} ${n === 1 ? one : many}`;

const places = { window: 'another window', terminal: 'command line', background: 'background' };

/** Where a session runs or is open, else when something last happened in it. */
export function whereabouts(
  { running, unfinished, imported, where = 'here', updatedAt, folder }: SessionSummary,
  now: number,
): string {
  const at = folder ? `, ${folder}` : '';
  if (imported) return `imported, ${ago(updatedAt, now)}`;
  if (where !== 'here') return places[where] + at;
  if (running) return `running${at}`;
  return (unfinished ? 'not finished' : ago(updatedAt, now)) + at;
}

export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  return minutes < 14 * 24 * 60
    ? plural(Math.floor(minutes / 1440), 'day')
    : new Date(at).toLocaleDateString('en-CA');
}

export const statusNames: Record<SessionStatus, string> = {
  idle: 'Idle',
  running: 'Running',
  waiting: 'Waiting for you',
  stopped: 'Stopped',
  failed: 'Failed',
};

export const modes: Record<ApprovalMode, { label: string; meaning: string }> = {
  plan: { label: 'Plan', meaning: 'Looks and plans; changes nothing' },
  ask: { label: 'Ask', meaning: 'Asks before edits and commands' },
  edits: { label: 'Edits', meaning: 'Edits files; asks before commands' },
  all: { label: 'All', meaning: 'Edits and runs commands; asks only for what is protected' },
};

/** The first line that says something, for a row. */
export function firstWords(text: string, most = 160): string {
  const flat = text
    .replace(/[*_`#>]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return flat.length > most ? `${flat.slice(0, most)}…` : flat;
}

export const lastPart = (path: string) => path.split(/[\\/]/).pop() || path;
