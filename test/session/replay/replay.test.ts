import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/protocol/events.ts';
import { applyEvent, emptyTranscript, type TranscriptItem } from '../../../src/protocol/transcript.ts';
import { createReplay } from '../../../src/session/replay/replay.ts';
import { sample } from '../transfer/sample.ts';
import { longSession } from './longSession.ts';

/** As a view does: what it holds up to `from` stays. */
function viewer(events: readonly SessionEvent[]) {
  const replay = createReplay(events);
  let items: TranscriptItem[] = [];
  return {
    replay,
    seek(moment: number) {
      const { from, items: next, head } = replay.seek(moment);
      items = [...items.slice(0, from), ...next];
      return { items, head };
    },
  };
}
function folded(events: readonly SessionEvent[]) {
  const transcript = emptyTranscript();
  for (const event of events) applyEvent(transcript, event);
  return transcript;
}

describe('a replay', () => {
  it('ends with what the session is, and begins with nothing', () => {
    const { replay, seek } = viewer(sample);
    const all = folded(sample);
    expect(seek(replay.moments)).toEqual({ items: all.items, head: all.head });
    expect(seek(0).items).toEqual([]);
    expect(seek(Number.NaN).items).toEqual([]);
    expect(seek(1e9).items).toEqual(all.items);
  });

  it('shows at each moment what a fold of the events so far shows, however it got there', () => {
    const events = longSession(40);
    const forward = viewer(events);
    const states = Array.from({ length: forward.replay.moments + 1 }, (_, at) =>
      structuredClone(forward.seek(at)),
    );
    const { replay, seek } = viewer(events);
    for (let at = replay.moments; at >= 0; at--) expect(seek(at)).toEqual(states[at]);
    let seed = 3;
    for (let i = 0; i < 200; i++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const at = seed % (replay.moments + 1);
      expect(seek(at)).toEqual(states[at]);
    }
    // And the states are true: each prefix that ends with a moment is one of them.
    const transcript = emptyTranscript();
    let at = 0;
    for (const event of events) {
      const { items } = applyEvent(transcript, event);
      if (items.length || event.type === 'plan.updated') at++;
      if (items.length) expect(states[at]?.items).toEqual(transcript.items);
    }
  });

  it('sends only what differs', () => {
    const events = longSession(100);
    const replay = createReplay(events);
    replay.seek(replay.moments);
    let sent = 0;
    for (let at = replay.moments - 1; at > 0; at--) sent += replay.seek(at).items.length;
    expect(sent).toBeLessThan(3 * replay.moments);
  });

  it('knows its steps, with their diffs and what they cost, and its turns', () => {
    const { replay, seek } = viewer(sample);
    expect(replay.turns).toEqual([{ turn: 1, start: 1, text: 'mend it' }]);
    expect(replay.steps.map(({ step, turn, cost }) => ({ step, turn, cost }))).toEqual([
      { step: 1, turn: 1, cost: [{ amount: 0.01, currency: 'USD' }] },
      { step: 2, turn: 1, cost: [{ amount: 0.02, currency: 'USD' }] },
    ]);
    const first = seek(replay.steps[0]!.end);
    expect(first.head.cost).toEqual([{ amount: 0.01, currency: 'USD' }]);
    expect(first.items.at(-1)).toMatchObject({ state: 'done', display: { kind: 'diff' } });
    expect(seek(replay.turns[0]!.start).items).toMatchObject([{ kind: 'user', text: 'mend it' }]);
    const last = seek(replay.steps[1]!.end);
    expect(last.head.cost[0]!.amount).toBeCloseTo(0.03);
    expect(last.items.map(item => item.kind)).toEqual(['user', 'thinking', 'tool', 'tool', 'answer', 'end']);
  });

  it('counts steps through the session, and one that was taken again once', () => {
    const step = (n: number, seq: number) => ({ type: 'step.started', turn: 't', step: n, seq, at: seq });
    const turn = (id: string, seq: number) => ({ type: 'turn.started', turn: id, maxSteps: 9, seq, at: seq });
    const events = [
      turn('a', 0),
      step(1, 1),
      step(1, 2),
      step(2, 3),
      turn('b', 4),
      step(1, 5),
    ] as SessionEvent[];
    expect(createReplay(events).steps.map(s => [s.step, s.turn])).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
    ]);
  });
});
