import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReplays } from '../../src/extension/chat/replays.ts';
import type { HostMessage } from '../../src/protocol/view.ts';
import { longSession } from '../session/replay/longSession.ts';

type Moved = Extract<HostMessage, { type: 'replay' }>;
const events = longSession(10);

function opened() {
  const replays = createReplays();
  const sent: Moved[] = [];
  const switched = vi.fn();
  replays.onMove(message => sent.push(message));
  replays.onSwitch(switched);
  replays.open(events, { id: 'own', imported: false });
  return { replays, sent, switched, shown: replays.shown! };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a replay in the window', () => {
  it('begins with the first message, under its own name, with nothing to answer', () => {
    const { shown, switched } = opened();
    const { head, items, replay, live } = shown.snapshot();
    expect(switched).toHaveBeenCalledTimes(1);
    expect(head).toMatchObject({ id: 'replay:own', pending: [] });
    expect(items).toMatchObject([{ kind: 'user' }]);
    expect(live).toEqual([]);
    expect(replay).toMatchObject({ moment: 1, imported: false, playing: 0 });
    expect(replay!.steps).toHaveLength(10);
    expect(replay!.turns).toHaveLength(2);
  });

  it('plays to its end by itself, at the speed it is told, and stops there', () => {
    const { shown, sent } = opened();
    shown.play(1);
    vi.advanceTimersByTime(1_000);
    const slowly = sent.at(-1)!.moment;
    expect(slowly).toBeGreaterThan(1);
    shown.play(1000);
    vi.advanceTimersByTime(60_000);
    const last = sent.at(-1)!;
    expect(last).toMatchObject({ moment: shown.snapshot().replay!.moments, playing: 0 });
    const count = sent.length;
    vi.advanceTimersByTime(60_000);
    expect(sent).toHaveLength(count);
  });

  it('pauses where it is, and a move by hand pauses it', () => {
    const { shown, sent } = opened();
    shown.play(16);
    vi.advanceTimersByTime(200);
    shown.play(0);
    const at = sent.at(-1)!;
    expect(at.playing).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect(sent.at(-1)).toBe(at);
    shown.play(16);
    shown.to(3);
    vi.advanceTimersByTime(10_000);
    expect(sent.at(-1)).toMatchObject({ moment: 3, playing: 0 });
  });

  it('ends when it is closed, playing or not', () => {
    const { replays, shown, sent, switched } = opened();
    shown.play(1000);
    replays.close();
    const count = sent.length;
    vi.advanceTimersByTime(10_000);
    expect(sent).toHaveLength(count);
    expect(replays.shown).toBeUndefined();
    expect(switched).toHaveBeenCalledTimes(2);
    replays.close();
    expect(switched).toHaveBeenCalledTimes(2);
  });
});
