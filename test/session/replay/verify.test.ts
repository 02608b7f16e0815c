/** The loop, run again on what real sessions recorded: the same, until something is not as it was. */
import { afterEach, describe, expect, it } from 'vitest';
import { SAME } from '../../../src/agent/loopGuard.ts';
import { type ModelDelta, ModelError } from '../../../src/model/client.ts';
import type { EventOf, SessionEvent } from '../../../src/protocol/events.ts';
import type { ToolCall } from '../../../src/protocol/message.ts';
import { verifySession } from '../../../src/session/replay/verify.ts';
import { exportLines } from '../../../src/session/transfer/exportSession.ts';
import { readExport } from '../../../src/session/transfer/readExport.ts';
import { call, reply, scriptedModel } from '../../agent/fakes.ts';
import { stepLimit } from '../limits.ts';
import { output, pending, type Workshop, when, workshop } from '../workshop.ts';

type Script = Parameters<typeof scriptedModel>[0];
const done: ModelDelta[] = [reply({ text: 'Done.' })];
const read = (id: string, path = 'a.txt') => call(id, 'read_file', { path });
const edit = (id: string, from: string, to: string) =>
  call(id, 'edit_file', { path: 'a.txt', edits: [{ old_text: from, new_text: to }] });
const says = (...calls: ToolCall[]): ModelDelta[] => [reply({ reasoning: 'hm', calls })];

async function recorded(
  script: Script,
  play: (
    session: Awaited<ReturnType<Workshop['start']>>,
    shop: Workshop,
  ) => Promise<void> = async session => {
    await session.send('go');
    await session.settled();
  },
  mode: 'ask' | 'edits' | 'all' = 'all',
  more: Parameters<Workshop['start']>[2] & { window?: number } = {},
): Promise<SessionEvent[]> {
  await using shop = workshop();
  shop.write('a.txt', 'one\n');
  shop.write('b.txt', 'other\n');
  const session = await shop.start(scriptedModel(script, more.window), mode, more);
  await play(session, shop);
  await session.close();
  // Awaited: the workshop is gone when this function is.
  return await shop.events(session.id);
}

const types = (events: SessionEvent[]) => events.map(e => e.type);

async function expectSame(events: SessionEvent[], requests?: number): Promise<void> {
  const verdict = await verifySession(events);
  expect(verdict.difference?.text).toBeUndefined();
  if (requests !== undefined) expect(verdict.requests).toBe(requests);
  // Also without its secrets, from a file.
  const { lines } = exportLines(events, (events[0] as EventOf<'session.started'>).id, {
    known: [],
    home: '/tmp',
    now: 1,
  });
  const again = await verifySession(readExport(Buffer.concat([...lines])).events);
  expect(again.difference?.text).toBeUndefined();
}

describe('a recorded session is the same when it', () => {
  it('fails before its first step: the backend is away', async () => {
    await using shop = workshop();
    const away = async () => {
      throw new ModelError('network', 'The backend does not answer.');
    };
    const session = await shop.start({ ...scriptedModel([]), info: away });
    await session.send('go');
    await session.settled();
    await session.close();
    const events = await shop.events(session.id);
    expect(types(events).slice(-2)).toEqual(['session.titled', 'turn.ended']);
    await expectSame(events, 0);
  });

  it('reads side by side, edits, plans, calls what is not there, and writes bad arguments', async () => {
    const events = await recorded([
      says(
        read('r1'),
        read('r2', 'b.txt'),
        call('p', 'update_plan', { items: [{ text: 'x', status: 'active' }] }),
        read('r3', 'none.txt'),
      ),
      says(edit('e1', 'one', 'two'), read('r4'), edit('e2', 'two', 'three')),
      says(
        call('n', 'no_such_tool', {}),
        call('j', 'read_file', '{"path": '),
        call('s', 'read_file', { file: 1 }),
      ),
      says(read('t1'), read('t2'), read('t3')),
      done,
    ]);
    expect(types(events).filter(type => type === 'tool.result')).toHaveLength(13);
    await expectSame(events, 5);
  });

  it('asks: allowed once, for the session, denied with and without a word', async () => {
    const answers = ['once', { offer: 0 }, 'deny', 'deny'] as const;
    const answered = new Set<string>();
    const events = await recorded(
      [
        says(read('r')),
        says(call('c1', 'run_command', { command: 'echo 1 > x' })),
        says(edit('e1', 'one', 'two')),
        says(edit('e2', 'two', 'three')),
        says(
          call('c2', 'run_command', { command: 'echo 2 > x' }),
          call('c3', 'run_command', { command: 'echo 3 > x' }),
        ),
        done,
      ],
      async session => {
        await session.send('go');
        for (const [i, answer] of answers.entries()) {
          const asked = await when(session, () =>
            session.transcript.head.pending.find(({ callId }) => !answered.has(callId)),
          );
          answered.add(asked.callId);
          session.approve(asked.callId, asked.nonce, answer, i === 3 ? 'not now' : undefined);
        }
        await session.settled();
      },
      'ask',
    );
    expect(events.filter(e => e.type === 'approval.requested')).toHaveLength(4);
    await expectSame(events, 6);
  });

  it('asks a question', async () => {
    const events = await recorded(
      [says(call('q', 'ask_user', { question: 'Which?', options: ['a', 'b'] })), done],
      async session => {
        await session.send('go');
        const asked = await pending(session);
        session.answer(asked.callId, asked.nonce, 'b');
        await session.settled();
      },
    );
    expect(types(events)).toContain('question.answered');
    await expectSame(events, 2);
  });

  it('ends because nobody can answer', async () => {
    const script = [says(call('c', 'run_command', { command: 'echo 1 > x' }))];
    const events = await recorded(script, undefined, 'ask', { attended: false });
    expect(events.at(-1)).toMatchObject({ reason: 'unanswered' });
    await expectSame(events, 1);
  });

  it('repeats itself, is reminded, and is paused', async () => {
    const script = Array.from({ length: 40 }, (_, i) => says(read(`r${i}`)));
    const events = await recorded(script);
    expect(events.at(-1)).toMatchObject({ type: 'turn.ended', reason: 'stuck' });
    await expectSame(events);
  });

  it('reaches its step limit, and goes on', async () => {
    const limits = () => stepLimit(2);
    const events = await recorded(
      [says(read('r1')), says(read('r2', 'b.txt')), done],
      async session => {
        await session.send('go');
        await session.settled();
        await session.resume();
        await session.settled();
      },
      'all',
      { limits },
    );
    expect(events.filter(e => e.type === 'turn.ended').map(e => e.reason)).toEqual(['stepLimit', 'done']);
    await expectSame(events, 3);
  });

  it('fails, is asked again by the client, and is repaired', async () => {
    const lost = new ModelError('network', 'The connection was lost.');
    const events = await recorded(
      [
        [
          { type: 'unseen', usage: { promptTokens: 5, cachedTokens: 0, completionTokens: 1 } },
          { type: 'retry', error: lost, attempt: 2, delayMs: 0 },
          { ...reply({ calls: [read('r')] }), repairs: ['A call was mended.', 'Another too.'] },
        ],
        () => Promise.reject(lost),
        done,
      ],
      async session => {
        await session.send('go');
        await session.settled();
        await session.resume();
        await session.settled();
      },
    );
    expect(types(events)).toEqual(expect.arrayContaining(['request.paid', 'notice']));
    expect(events.filter(e => e.type === 'turn.ended').map(e => e.reason)).toEqual(['failed', 'done']);
    await expectSame(events);
  });

  it('is stopped in the middle of a command, and goes on with another message', async () => {
    const events = await recorded(
      [says(call('c', 'run_command', { command: 'echo ready; sleep 1000' }), read('r')), done],
      async session => {
        await session.send('go');
        await output(session, 'ready');
        await session.stop();
        await session.send('something else');
        await session.settled();
      },
    );
    expect(events.filter(e => e.type === 'turn.ended').map(e => e.reason)).toEqual(['stopped', 'done']);
    await expectSame(events);
  });

  it('is stopped as a reply is recorded that makes a call twice', async () => {
    const events = await recorded([says(read('r1'), read('r2'))], async session => {
      session.subscribe(update => {
        if ('event' in update && update.event.type === 'assistant.message') void session.stop();
      });
      await session.send('go');
      await session.settled();
    });
    expect(types(events).slice(-4)).toEqual([
      'assistant.message',
      'tool.result',
      'tool.result',
      'turn.ended',
    ]);
    await expectSame(events);
  });

  it('was cut off as a reply was recorded that makes a call twice, and a person moved on', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'one\n');
    const session = await shop.start(scriptedModel([says(read('r1'), read('r2'))]), 'all');
    session.subscribe(update => {
      if ('event' in update && update.event.type === 'assistant.message') void session.close();
    });
    await session.send('go');
    await session.settled();
    await session.close();
    const again = await shop.reopen(session.id, scriptedModel([done]));
    await again.send('something else');
    await again.settled();
    const events = await shop.events(session.id);
    expect(types(events).slice(5, 7)).toEqual(['assistant.message', 'turn.ended']);
    await expectSame(events);
  });

  it('is steered', async () => {
    let steer = async () => {};
    const events = await recorded(
      [
        async () => {
          await steer();
          return says(read('r'));
        },
        done,
      ],
      async session => {
        steer = () => session.send('and b.txt');
        await session.send('go');
        await session.settled();
      },
    );
    expect(events.filter(e => e.type === 'user.message')).toHaveLength(2);
    await expectSame(events);
  });

  it('outgrows the window, and meets one that is smaller than was known', async () => {
    const long = 'x'.repeat(30_000);
    const overflow = () => Promise.reject(new ModelError('contextOverflow', 'Too long.'));
    const events = await recorded(
      [...Array.from({ length: 8 }, (_, i) => says(read(`r${i}`, `long${i % 4}.txt`))), overflow, done],
      async (session, shop) => {
        for (let i = 0; i < 4; i++) shop.write(`long${i}.txt`, `${i}\n${`${long}\n`.repeat(1)}`);
        await session.send('go');
        await session.settled();
      },
      'all',
      { window: 12_000 },
    );
    expect(types(events)).toContain('context.trimmed');
    await expectSame(events);
  });

  it('was cut off by a crash at any of its events, and went on', async () => {
    const events = await recorded([
      says(read('r1'), read('r2', 'b.txt')),
      says(edit('e1', 'one', 'two')),
      says(call('c', 'run_command', { command: 'echo hi' })),
      done,
    ]);
    const first = events.findIndex(e => e.type === 'user.message') + 2;
    for (let cut = first; cut < events.length; cut++) {
      const verdict = await verifySession(events.slice(0, cut));
      expect(verdict.difference?.text, `cut at ${cut}`).toBeUndefined();
      expect(verdict.open, `cut at ${cut}`).toBe(true);
    }
  });
});

describe('what is not as it was is found, with the event', () => {
  const remind = SAME.remind;
  afterEach(() => {
    SAME.remind = remind;
  });
  const session = () =>
    recorded([
      says(read('r1'), read('r2', 'b.txt')),
      says(edit('e1', 'one', 'two'), edit('e2', 'two', 'three')),
      says(read('r3')),
      says(read('r4')),
      says(read('r5')),
      done,
    ]);
  const changedAt = (events: SessionEvent[], at: number, change: object) =>
    events.map((e, i) => (i === at ? ({ ...e, ...change } as SessionEvent) : e));
  const indexOf = (events: SessionEvent[], type: SessionEvent['type'], callId: string) =>
    events.findIndex(e => e.type === type && 'callId' in e && e.callId === callId);

  it('a changed loop guard', async () => {
    const events = await session();
    SAME.remind = 2;
    const { difference } = await verifySession(events);
    expect(difference).toMatchObject({ kind: 'differs', seq: indexOf(events, 'tool.result', 'r4') });
    expect(difference?.text).toMatch(
      /tool\.result of r4\) differs:\n {2}content\n[\s\S]*\+\[You made this same call 2 times/,
    );
  });

  it('a remark of the guard that somebody took out', async () => {
    const events = await session();
    const at = indexOf(events, 'tool.result', 'r5');
    const { content } = events[at] as EventOf<'tool.result'>;
    expect(content).toContain('You made this same call');
    const { difference } = await verifySession(
      changedAt(events, at, { content: content.split('\n\n[You')[0] }),
    );
    expect(difference).toMatchObject({ kind: 'differs', seq: at });
  });

  it('a result before its time', async () => {
    const events = await session();
    const [a, b] = [indexOf(events, 'tool.result', 'e1'), indexOf(events, 'tool.result', 'e2')];
    const swapped = [...events];
    swapped[a] = { ...events[b]!, seq: a };
    swapped[b] = { ...events[a]!, seq: b };
    const { difference } = await verifySession(swapped);
    expect(difference).toMatchObject({ kind: 'missing', seq: a });
    expect(difference?.text).toContain('tool.result of e2) is not produced by the loop');
  });

  it('but not that two reads came back in the other order, which they may', async () => {
    const events = await session();
    const mine = (id: string) => events.filter(e => 'callId' in e && e.callId === id);
    const at = indexOf(events, 'tool.planned', 'r1');
    const rest = [...mine('r2'), ...mine('r1')];
    const other = [...events.slice(0, at), ...rest, ...events.slice(at + rest.length)];
    expect((await verifySession(other.map((e, seq) => ({ ...e, seq })))).difference).toBeUndefined();
  });

  it.each<[string, (events: SessionEvent[]) => [SessionEvent[], number]]>([
    [
      'a step that was left out',
      events => {
        const at = events.findIndex(e => e.type === 'step.started' && e.step === 2);
        return [events.filter((_, i) => i !== at), at + 1];
      },
    ],
    [
      'an event that was put in',
      events => {
        const at = indexOf(events, 'tool.decided', 'e1') + 1;
        return [[...events.slice(0, at), { ...events[at - 1]!, seq: at }, ...events.slice(at)], at];
      },
    ],
    [
      'another verdict',
      events => {
        const at = indexOf(events, 'tool.decided', 'e1');
        return [
          changedAt(events, at, { verdict: 'deny', reason: 'No.' }),
          indexOf(events, 'tool.intent', 'e1'),
        ];
      },
    ],
    [
      'another step number',
      events => {
        const at = events.findIndex(e => e.type === 'step.started' && e.step === 3);
        return [changedAt(events, at, { step: 7 }), at];
      },
    ],
    [
      'another end',
      events => [changedAt(events, events.length - 1, { reason: 'stepLimit' }), events.length - 1],
    ],
    [
      'an end that came too early',
      events => {
        const at = events.findIndex(e => e.type === 'step.started' && e.step === 2);
        return [[...events.slice(0, at), { ...events.at(-1)!, seq: at }], at];
      },
    ],
    [
      'a call that nobody made',
      events => {
        const at = indexOf(events, 'tool.planned', 'r3');
        return [changedAt(events, at, { callId: 'r9' }), at];
      },
    ],
  ])('%s', async (_name, tamper) => {
    const events = await session();
    const [changed, at] = tamper(events);
    const { difference } = await verifySession(changed);
    expect(difference, difference?.text).toBeDefined();
    expect(difference!.seq).toBeGreaterThanOrEqual(at - 2);
    expect(difference!.seq).toBeLessThanOrEqual(at + 2);
  });
});
