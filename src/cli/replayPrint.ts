/** A replayed step on a terminal: what was thought, said and done, with its diffs and what it cost. */
import { styleText } from 'node:util';
import type { FileDiff } from '../protocol/display.ts';
import type { SessionEvent } from '../protocol/events.ts';
import type { SessionHead, ToolItem, TranscriptItem } from '../protocol/transcript.ts';
import type { Replay, ReplayStep } from '../session/replay/replay.ts';
import { firstWords, money, oneLine, rowOf, summary, thought } from './print.ts';
import { safe } from './safe.ts';

export interface StepPrint extends ReplayStep {
  /** Steps of the session. */
  of: number;
  items: TranscriptItem[];
  head: SessionHead;
}

type Style = Parameters<typeof styleText>[0];
type Out = NodeJS.WritableStream & { isTTY?: boolean };

/** "Replay of "mend it": 12 steps in 2 turns, USD 0.0300. Nothing runs." */
export function summaryOf(replay: Replay, events: readonly SessionEvent[]): string {
  const { head } = replay.seek(replay.moments);
  const started = events.find(e => e.type === 'session.started');
  const count = (n: number, what: string) => `${n} ${n === 1 ? what : `${what}s`}`;
  const cost = head.cost.map(money).join(' + ');
  const facts = [count(replay.steps.length, 'step'), `in ${count(replay.turns.length, 'turn')}`].join(' ');
  const title = safe(head.title || started?.id || 'a session');
  return `Replay of “${title}”: ${facts}${cost ? `, ${cost}` : ''}. Nothing runs.`;
}

/** `whole`: all that was thought and printed, not only its first words. */
export function printStep(print: StepPrint, out: Out, whole: boolean): void {
  const styled = (style: Style, text: string) => (out.isTTY ? styleText(style, text) : text);
  const line = (text: string) => void out.write(`${text}\n`);
  const { step, of, at, cost, head } = print;
  const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  const paid = cost.length
    ? ` · ${cost.map(money).join(' + ')}, so far ${head.cost.map(money).join(' + ')}`
    : '';
  line(styled('bold', `\nStep ${step} of ${of} · ${time}${paid}`));
  for (const item of safe(print.items)) printItem(item);

  function printItem(item: TranscriptItem): void {
    switch (item.kind) {
      case 'user':
        line(styled('bold', `> ${item.text}`));
        break;
      case 'thinking': {
        const text = whole ? `\n${item.text.trim()}` : ` ${firstWords(item.text)}`;
        line(styled('dim', `  ${thought(item.durationMs)}:${text}`));
        break;
      }
      case 'answer':
        line(item.text.trimEnd());
        break;
      case 'tool':
        printTool(item);
        break;
      case 'notice':
        line(styled('yellow', `  ${item.text}${item.times ? ` (${item.times} times)` : ''}`));
        break;
      case 'end':
        if (item.failure) line(styled('red', [item.failure.message, item.failure.hint].join('\n').trim()));
        line(styled('dim', summary(item.reason, item.steps, item.durationMs, head)));
    }
  }

  function printTool(item: ToolItem): void {
    const row =
      item.state === 'done' || item.durationMs !== undefined
        ? rowOf(item)
        : `… ${item.title.ask} ${oneLine(item.title.object)}`;
    line(styled(item.state === 'done' ? 'reset' : 'red', `  ${row}`));
    const { display } = item;
    if (display?.kind === 'diff') for (const file of display.files) printDiff(file);
    if (display?.kind === 'command' && display.outcome?.output && whole)
      line(indented(display.outcome.output));
    if (display?.kind === 'text' && whole) line(indented(display.text));
    if (display?.kind === 'plan')
      for (const { text, status } of display.items)
        line(`      ${{ done: '✓', active: '▸', pending: '·' }[status]} ${text}`);
  }

  function printDiff({ path, change, hunks, cut }: FileDiff): void {
    line(styled('dim', `    ${path}${change === 'modified' ? '' : ` (${change})`}`));
    for (const text of hunks.trimEnd().split('\n')) {
      const style: Style = text.startsWith('+') ? 'green' : text.startsWith('-') ? 'red' : 'dim';
      line(styled(style, `    ${text}`));
    }
    if (cut) line(styled('dim', '    The rest of this diff was not recorded.'));
  }
}

const indented = (text: string) => text.trimEnd().replace(/^/gm, '      ');
