import { describe, expect, it } from 'vitest';
import type { TranscriptItem } from '../../src/protocol/transcript.ts';
import { overviewOf } from '../../src/webview/state/overview.ts';

let n = 0;
const thought = (durationMs: number): TranscriptItem => ({
  id: `i${n++}`,
  kind: 'thinking',
  text: 'Hm.',
  durationMs,
  step: 1,
});
const call = (name: string, durationMs: number, state: 'done' | 'failed' | 'waiting' = 'done') =>
  ({
    id: `i${n++}`,
    kind: 'tool',
    callId: `c${n}`,
    name,
    step: 1,
    title: { ask: 'Do', busy: 'Doing', done: 'Did', object: name },
    state,
    durationMs,
  }) satisfies TranscriptItem;

describe('the overview of a run', () => {
  it('gives each kind its place by time', () => {
    const { places } = overviewOf([thought(6_000), call('run_command', 3_000), call('read_file', 3_000)]);
    expect(places).toHaveLength(120);
    expect(places.slice(0, 60)).toEqual(Array(60).fill('think'));
    expect(places.slice(60, 90)).toEqual(Array(30).fill('run'));
    expect(places.slice(90)).toEqual(Array(30).fill('look'));
  });
  it('shows an edit and a failure however short they were', () => {
    const { places } = overviewOf([
      thought(3_600_000),
      call('edit_file', 3),
      thought(3_600_000),
      call('read_file', 1, 'failed'),
      thought(3_600_000),
    ]);
    expect(places.filter(kind => kind === 'edit').length).toBeGreaterThan(0);
    expect(places.filter(kind => kind === 'failed').length).toBeGreaterThan(0);
  });
  it('counts what ran, and neither what waits nor what is no work', () => {
    const { sums } = overviewOf([
      call('read_file', 10),
      call('search_text', 20),
      call('update_plan', 5),
      call('run_command', 9, 'waiting'),
    ]);
    expect([...sums]).toEqual([['look', { count: 2, ms: 30 }]]);
  });
  it('of a long run has as many places as of a short one, and no hole', () => {
    const items = Array.from({ length: 900 }, (_, i) =>
      i % 3 ? call('read_file', i % 7) : thought(1_000 + i),
    );
    const { places } = overviewOf(items);
    expect(places).toHaveLength(120);
    expect(places.every(Boolean)).toBe(true);
  });
  it('of nothing is nothing', () => expect(overviewOf([]).places).toEqual([]));
});
