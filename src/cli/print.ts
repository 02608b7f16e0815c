/** A session on a terminal: what happens goes to `err` as it happens, the model's words go to `out`. */
import { styleText } from 'node:util';
import type { ToolDisplay } from '../protocol/display.ts';
import type { SessionEvent } from '../protocol/events.ts';
import type { Money } from '../protocol/message.ts';
import type { RoomItem, SessionHead, ToolItem, Transcript, TranscriptItem } from '../protocol/transcript.ts';
import type { Session, SessionUpdate } from '../session/sessions.ts';
import { safe } from './safe.ts';

export interface Terminal {
  out: NodeJS.WritableStream;
  err: NodeJS.WritableStream & { isTTY?: boolean };
  /** Also what the person said first, which who has just typed it knows. */
  prompts?: true;
}

type Style = Parameters<typeof styleText>[0];

/** Prints each thing that happens in the session from now on. */
export function printSession(
  session: Pick<Session, 'transcript'>,
  terminal: Terminal,
): (update: SessionUpdate) => void {
  return update => {
    if ('event' in update) {
      const { event, change } = update;
      const news = change.items.filter(item => isNews(item, event));
      printItems(news, session.transcript, terminal);
    } else if (update.live.type === 'step.waiting') terminal.err.write(`  ${waiting(update.live)}\n`);
    else if (update.live.type === 'context.summarising') terminal.err.write('  Summarising earlier work\n');
  };
}

/** Without a time nobody knows how long; a time that is over already is a request that goes out again at once. */
function waiting({ reason, until }: { reason: string; until?: number }): string {
  if (until === undefined) return `Waiting: ${reason}`;
  const left = Math.ceil((until - Date.now()) / 1000);
  return left > 0 ? `Waiting ${left} s: ${reason}` : `Asking again: ${reason}`;
}

/** A retry has its waiting line, a repair is told once; and room when it is made or taken back. */
function isNews(item: TranscriptItem, event: SessionEvent): boolean {
  if (item.kind === 'notice') return item.code !== 'retry' && item.times === undefined;
  if (item.kind === 'room') return item.seq === event.seq || item.state === 'takenBack';
  return true;
}

export function printItems(
  items: TranscriptItem[],
  { head }: Transcript,
  { out, err, prompts }: Terminal,
): void {
  const styled = (style: Style, text: string) => (err.isTTY ? styleText(style, text) : text);
  const line = (text: string) => void err.write(`${text}\n`);
  for (const item of items) printItem(safe(item));

  function printItem(item: TranscriptItem): void {
    switch (item.kind) {
      case 'user':
        if (item.steer || prompts) line(styled('bold', `> ${item.text}`));
        break;
      case 'thinking':
        line(styled('dim', `  ${thought(item.durationMs)}: ${firstWords(item.text)}`));
        break;
      case 'answer':
        out.write(`${item.text.trimEnd()}\n`);
        break;
      case 'tool':
        if (item.durationMs === undefined) break; // It has no result yet.
        line(item.state === 'done' ? `  ${rowOf(item)}` : styled('red', `  ${rowOf(item)}`));
        break;
      case 'notice':
        line(styled('yellow', `  ${item.text}${item.times ? ` (${item.times} times)` : ''}`));
        break;
      case 'room':
        line(styled('yellow', `  ${roomMade(item)}`));
        break;
      case 'end':
        if (item.failure) {
          line(styled('red', item.failure.message));
          if (item.failure.hint) line(item.failure.hint);
        }
        line(styled('dim', summary(item.reason, item.steps, item.durationMs, head)));
    }
  }
}

export function rowOf(item: ToolItem): string {
  const { title, state } = item;
  const what = oneLine([title.object, title.detail].filter(Boolean).join(' '));
  if (state === 'denied') return `✗ ${title.ask} ${what}: not allowed`;
  if (state === 'failed') return `✗ ${title.ask} ${what}: ${firstWords(item.message ?? 'failed')}`;
  return `✓ ${title.done} ${what}${item.display ? resultOf(item.display) : ''}`;
}

/** A line break in a name or a command must not look like a row of ours. */
export const oneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ⏎ ').trim();

/** The few words at a row's end that say how it went. */
function resultOf(display: ToolDisplay): string {
  switch (display.kind) {
    case 'diff':
      return display.files.map(({ added, removed }) => ` +${added} -${removed}`).join('');
    case 'command':
      return display.outcome ? ` (exit ${display.outcome.exitCode ?? display.outcome.signal ?? '?'})` : '';
    case 'matches':
    case 'paths':
      return ` (${display.count} found)`;
    case 'question':
      return display.answer ? `: ${firstWords(display.answer)}` : '';
    default:
      return '';
  }
}

export function roomMade({ made, tokens, state }: RoomItem): string {
  const about = `about ${tokens.toLocaleString('en')} tokens`;
  const what =
    made.how === 'summary'
      ? `Summarised ${made.messages.toLocaleString('en')} earlier messages to make room (${about})`
      : `Set ${made.results.toLocaleString('en')} earlier tool ${made.results === 1 ? 'output' : 'outputs'} aside to make room (${about})`;
  return state === 'takenBack' ? `Taken back: ${what}` : what;
}

export function summary(reason: string, steps: number, durationMs: number, head: SessionHead): string {
  const { total, cost, unseen } = head;
  const ends: Record<string, string> = {
    done: 'Done',
    stopped: 'Stopped',
    stepLimit: 'The step limit ended it',
    costLimit: 'The cost limit ended it',
    stuck: 'Paused for going in circles',
    failed: 'Failed',
    unanswered: 'An approval was needed and nobody could answer',
  };
  const tokens = `${total.promptTokens.toLocaleString('en')} in (${total.cachedTokens.toLocaleString('en')} cached), ${total.completionTokens.toLocaleString('en')} out`;
  const parts = [
    `${ends[reason] ?? reason} after ${steps} ${steps === 1 ? 'step' : 'steps'}, ${seconds(durationMs)}`,
    `tokens ${tokens}`,
  ];
  const lost = unseen.cost.map(m => `${money(m)} of it unseen (stopped or asked again)`);
  return [...parts, ...cost.map(money), ...lost].join(' · ');
}

export const money = ({ amount, currency }: Money) => `${currency} ${amount.toFixed(4)}`;
export const thought = (ms: number) => (ms >= 50 ? `Thought for ${seconds(ms)}` : 'Thought');
export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
export function firstWords(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
