/** Items to rows: runs of reads and searches of finished steps, with the thinking between them, become one row. */
import type { ToolItem, TranscriptItem } from '../../protocol/transcript.ts';
import { plural } from '../text/words.ts';

export type Row =
  | { key: string; kind: 'item'; item: TranscriptItem }
  | { key: string; kind: 'fold'; items: TranscriptItem[]; tools: ToolItem[] };

/** Whether a step still runs, and which: its rows stand alone until it is over. */
export interface Running {
  step: number | undefined;
}

/** Rows of `before` that hold the same items are returned as the same objects, so that nothing draws them again. */
export function foldRows(items: readonly TranscriptItem[], running: Running, before: readonly Row[]): Row[] {
  const known = new Map(before.map(row => [row.key, row]));
  const turnStart = items.findLastIndex(item => item.kind === 'end') + 1;
  const finished = (item: ToolItem, index: number) => index < turnStart || item.step !== running.step;
  const rows: Row[] = [];
  const single = (item: TranscriptItem) => {
    const same = known.get(item.id);
    rows.push(same?.kind === 'item' && same.item === item ? same : { key: item.id, kind: 'item', item });
  };
  const fold = (run: TranscriptItem[], tools: ToolItem[]) => {
    const key = `${run[0]!.id}+`;
    const same = known.get(key);
    const keeps =
      same?.kind === 'fold' &&
      same.items.length === run.length &&
      run.every((item, i) => item === same.items[i]);
    rows.push(keeps ? same : { key, kind: 'fold', items: run, tools });
  };

  for (let i = 0; i < items.length; i++) {
    if (isProgress(items, i)) continue;
    const end = isQuietRead(items[i]!) ? endOfRun(items, i, finished) : i;
    const run = items.slice(i, end);
    const tools = run.filter(item => item.kind === 'tool');
    if (tools.length >= 2) {
      fold(run, tools);
      i = end - 1;
    } else single(items[i]!);
  }
  return rows;
}

/** One past the last read of the run that starts at `start`; thinking counts only between two reads. */
function endOfRun(
  items: readonly TranscriptItem[],
  start: number,
  finished: (item: ToolItem, index: number) => boolean,
): number {
  let end = start;
  for (let i = start; i < items.length; i++) {
    const item = items[i]!;
    if (item.kind === 'thinking') continue;
    if (!isQuietRead(item) || !finished(item, i)) break;
    end = i + 1;
  }
  return end;
}

function isQuietRead(item: TranscriptItem): item is ToolItem {
  if (item.kind !== 'tool' || item.state !== 'done') return false;
  const kind = item.display?.kind;
  return kind === 'file' || kind === 'matches' || kind === 'paths';
}

/** An update that only ticks off what an earlier plan of the turn listed: the plan's own line shows that. */
function isProgress(items: readonly TranscriptItem[], at: number): boolean {
  const steps = planSteps(items[at]!);
  if (steps === undefined) return false;
  for (let i = at - 1; i >= 0 && items[i]!.kind !== 'user'; i--) {
    const before = planSteps(items[i]!);
    if (before !== undefined) return before === steps;
  }
  return false;
}

function planSteps(item: TranscriptItem): string | undefined {
  if (item.kind !== 'tool' || item.state !== 'done' || item.display?.kind !== 'plan') return;
  return item.display.items.map(step => step.text).join('\n');
}

const times = (n: number) => (n === 1 ? 'once' : n === 2 ? 'twice' : plural(n, 'time'));

/** "Read 6 files, searched 3 times, listed 2 folders" */
export function summary(tools: readonly ToolItem[]): string {
  const files = new Set<string>();
  let searches = 0;
  let lists = 0;
  for (const { display, name } of tools) {
    if (display?.kind === 'file') files.add(display.path);
    else if (display?.kind === 'matches' || name === 'find_files') searches++;
    else lists++;
  }
  const parts = [
    files.size ? `read ${plural(files.size, 'file')}` : '',
    searches ? `searched ${times(searches)}` : '',
    lists ? `listed ${plural(lists, 'folder')}` : '',
  ].filter(Boolean);
  const text = parts.join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
