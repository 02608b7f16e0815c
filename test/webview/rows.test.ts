import { describe, expect, it } from 'vitest';
import { applyEvent, emptyTranscript, type TranscriptItem } from '../../src/protocol/transcript.ts';
import { foldRows, type Row, summary } from '../../src/webview/state/rows.ts';
import { edit, list, plan, read, run, search } from './stories/calls.ts';
import { longSession } from './stories/long.ts';
import { script } from './stories/script.ts';

const itemsOf = (s: ReturnType<typeof script>) => s.snapshot().items;
const shape = (rows: readonly Row[]) =>
  rows.map(row => (row.kind === 'fold' ? `fold ${row.items.length}` : row.item.kind));
const idle = { step: undefined };

describe('folding', () => {
  it('folds consecutive reads and searches with the thinking between them', () => {
    const s = script()
      .say('x')
      .step({ reasoning: 'first', calls: [read('a.ts'), search('b')] })
      .step({ reasoning: 'second', calls: [list('src/')] })
      .step({ reasoning: 'third', calls: [edit('a.ts')] })
      .end();
    expect(shape(foldRows(itemsOf(s), idle, []))).toEqual([
      'user',
      'thinking',
      'fold 4',
      'thinking',
      'tool',
      'end',
    ]);
  });

  it('leaves one read alone, and failed ones, and other tools', () => {
    const failed = { ...read('gone.ts'), display: undefined, error: 'No such file.' };
    const s = script()
      .say('x')
      .step({ calls: [read('a.ts'), run('ls', ''), read('b.ts'), failed] })
      .end();
    expect(shape(foldRows(itemsOf(s), idle, []))).toEqual(['user', 'tool', 'tool', 'tool', 'tool', 'end']);
  });

  it('does not fold across something the model said', () => {
    const s = script()
      .say('x')
      .step({ calls: [read('a.ts')] })
      .step({ text: 'So:', calls: [read('b.ts')] })
      .end();
    expect(shape(foldRows(itemsOf(s), idle, []))).toEqual(['user', 'tool', 'answer', 'tool', 'end']);
  });

  it('shows a plan once, and again when it says something else', () => {
    const display = { kind: 'plan' as const, items: [{ text: 'ask', status: 'active' as const }] };
    const other = { ...plan(0), display };
    const s = script()
      .say('x')
      .step({ calls: [plan(0)] })
      .step({ calls: [plan(1)] })
      .step({ calls: [other] })
      .end()
      .say('again')
      .step({ calls: [other] })
      .end();
    const shown = foldRows(itemsOf(s), idle, []).filter(
      row => row.kind === 'item' && row.item.kind === 'tool',
    );
    expect(shown).toHaveLength(3);
  });

  it('waits until the step is over', () => {
    const s = script()
      .say('x')
      .step({ calls: [read('a.ts'), read('b.ts')] });
    expect(shape(foldRows(itemsOf(s), { step: 1 }, []))).toEqual(['user', 'tool', 'tool']);
    expect(shape(foldRows(itemsOf(s), { step: 2 }, []))).toEqual(['user', 'fold 2']);
  });

  it('takes steps of an earlier turn as over, whatever their number', () => {
    const s = script()
      .say('x')
      .step({ calls: [read('a.ts'), read('b.ts')] })
      .end()
      .say('y');
    expect(shape(foldRows(itemsOf(s), { step: 1 }, []))).toEqual(['user', 'fold 2', 'end', 'user']);
  });

  it('says what it folded: files once, though read twice', () => {
    const s = script()
      .say('x')
      .step({ calls: [read('a.ts'), read('a.ts', 81, 120), read('b.ts'), search('q'), list('src/')] });
    const row = foldRows(itemsOf(s), { step: 2 }, [])[1]!;
    expect(row.kind === 'fold' && summary(row.tools)).toBe('Read 2 files, searched once, listed 1 folder');
  });

  it('returns the rows it had for all that did not change', () => {
    const events = longSession(300);
    const transcript = emptyTranscript();
    let rows: Row[] = [];
    let most = 0;
    for (const event of events) {
      applyEvent(transcript, event);
      const running = { step: transcript.head.status === 'running' ? transcript.head.step : undefined };
      const next = foldRows(transcript.items, running, rows);
      const known = new Set(rows);
      most = Math.max(most, next.filter(row => !known.has(row)).length);
      rows = next;
    }
    // One event changes a few rows at the end, at step 300 as at step 1.
    expect(most).toBeLessThanOrEqual(4);
    const ids = (item: TranscriptItem) => item.id;
    expect(rows.flatMap(row => (row.kind === 'fold' ? row.items.map(ids) : [row.item.id]))).toEqual(
      transcript.items.map(ids),
    );
  });
});
