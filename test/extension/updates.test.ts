import { describe, expect, it } from 'vitest';
import { createUpdates } from '../../src/extension/chat/updates.ts';
import type { LiveEvent, SessionEvent } from '../../src/protocol/events.ts';
import { emptyTranscript, type TranscriptItem } from '../../src/protocol/transcript.ts';
import type { HostMessage } from '../../src/protocol/view.ts';

function setUp() {
  const posted: HostMessage[] = [];
  let frame: (() => void) | undefined;
  const updates = createUpdates(
    message => posted.push(message),
    () => emptyTranscript().head,
    flush => {
      expect(frame, 'one frame at a time').toBeUndefined();
      frame = flush;
    },
  );
  const recorded = (type: SessionEvent['type'], items: TranscriptItem[], more: object = {}, head = false) =>
    updates.add({ event: { type, ...more } as SessionEvent, change: { items, head } });
  return {
    posted,
    recorded,
    discard: updates.discard,
    live: (...events: LiveEvent[]) => {
      for (const live of events) updates.add({ live });
    },
    nextFrame: () => {
      const flush = frame;
      frame = undefined;
      flush?.();
    },
  };
}
const text = (t: string): LiveEvent => ({ type: 'text.delta', text: t });
const output = (callId: string, t: string): LiveEvent => ({ type: 'tool.output', callId, text: t });
const answer = (id: string, t: string): TranscriptItem => ({ id, kind: 'answer', text: t, step: 1 });

describe('updates', () => {
  it('a thousand deltas become one message with their text in order', () => {
    const s = setUp();
    const parts = Array.from({ length: 1000 }, (_, i) => `${i},`);
    for (const part of parts) s.live(text(part));
    expect(s.posted).toEqual([]);
    s.nextFrame();
    expect(s.posted).toEqual([{ type: 'update', items: [], live: [text(parts.join(''))] }]);
  });
  it('a frame without news posts nothing', () => {
    const s = setUp();
    s.live(text('a'));
    s.nextFrame();
    s.nextFrame();
    expect(s.posted).toHaveLength(1);
  });
  it('an item that changes twice in a frame is sent once, as it is at the end', () => {
    const s = setUp();
    s.recorded('tool.planned', [answer('a', 'old'), answer('b', 'b')]);
    s.recorded('tool.decided', [answer('a', 'new')]);
    s.nextFrame();
    expect(s.posted[0]).toMatchObject({ items: [answer('a', 'new'), answer('b', 'b')] });
  });
  it('the head goes along only when it changed', () => {
    const s = setUp();
    s.live(text('a'));
    s.nextFrame();
    s.recorded('step.started', [], {}, true);
    s.nextFrame();
    expect(s.posted[0]).not.toHaveProperty('head');
    expect(s.posted[1]).toHaveProperty('head');
  });
  it('what was live and is recorded in the same frame is not said twice', () => {
    const s = setUp();
    s.live(text('hel'), output('c1', 'x'), output('c2', 'y'));
    s.recorded('assistant.message', [answer('a', 'hello')]);
    s.recorded('tool.result', [], { callId: 'c1' });
    s.live(text('next step'));
    s.nextFrame();
    const live = [output('c2', 'y'), text('next step')];
    expect(s.posted[0]).toMatchObject({ items: [answer('a', 'hello')], live });
  });
  it('outputs of two tools are not mixed', () => {
    const s = setUp();
    s.live(output('c1', 'a'), output('c1', 'b'), output('c2', 'c'), output('c1', 'd'));
    s.nextFrame();
    expect(s.posted[0]).toMatchObject({ live: [output('c1', 'ab'), output('c2', 'c'), output('c1', 'd')] });
  });
  it('a step that starts over voids its text', () => {
    const s = setUp();
    s.live(text('void'), output('c1', 'kept'), { type: 'step.reset' }, text('anew'));
    s.nextFrame();
    expect(s.posted[0]).toMatchObject({ live: [output('c1', 'kept'), { type: 'step.reset' }, text('anew')] });
  });
  it('posted messages do not change afterwards', () => {
    const s = setUp();
    s.live(text('a'));
    s.nextFrame();
    const before = structuredClone(s.posted[0]);
    s.live(text('b'));
    s.nextFrame();
    expect(s.posted[0]).toEqual(before);
  });
  it('a snapshot makes what waited unneeded', () => {
    const s = setUp();
    s.live(text('a'));
    s.discard();
    s.nextFrame();
    expect(s.posted).toEqual([]);
  });
});
