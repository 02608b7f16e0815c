/** What the model reads once room was made, what it costs, how it is taken back; through a session with real tools. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ModelClient, ModelError } from '../../src/model/client.ts';
import type { SessionEvent } from '../../src/protocol/events.ts';
import type { Message, ToolDeclaration } from '../../src/protocol/message.ts';
import type { RoomItem } from '../../src/protocol/transcript.ts';
import { verifySession } from '../../src/session/replay/verify.ts';
import type { Session } from '../../src/session/sessions.ts';
import { call, reply } from '../agent/fakes.ts';
import { when, workshop } from './workshop.ts';

type Answer = ReturnType<typeof reply> | ModelError;
interface Asked {
  messages: readonly Message[];
  tools: readonly ToolDeclaration[];
  isSummary: boolean;
}

const SUMMARY = 'Room has to be made in the context.';

/** A model with a window of `tokens`, which counts four characters as one, and answers as told. */
function model(
  contextWindow: number,
  answer: (request: Asked, steps: number) => Answer,
): ModelClient & { asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    asked,
    info: async () => ({ id: 'fake', contextWindow }),
    async *stream({ messages, tools, mayAsk }) {
      const last = messages.at(-1)!;
      const isSummary = last.role === 'user' && last.text.includes(SUMMARY);
      const request = { messages: structuredClone(messages) as Message[], tools, isSummary };
      const promptTokens = Math.ceil(JSON.stringify(messages).length / 4);
      await mayAsk?.({ promptTokens, outputTokens: 100 });
      asked.push(request);
      if (promptTokens > contextWindow) throw new ModelError('contextOverflow', 'too long');
      const given = answer(request, asked.filter(a => !a.isSummary).length);
      if (given instanceof Error) throw given;
      const completionTokens = Math.ceil(JSON.stringify(given.message).length / 4);
      yield { ...given, usage: { promptTokens, cachedTokens: 0, completionTokens } };
    },
  };
}
const summary = (text = 'Read a lot; the answer is 42.') => reply({ reasoning: 'I sum up.', text });
const thought = 'I think about it at length. '.repeat(100);
/** A step that reads a file, with a long thought. */
const look = (id: number) =>
  reply({ reasoning: `${id}: ${thought}`, calls: [call(`c${id}`, 'read_file', { path: `f${id}.txt` })] });

async function start(m: ModelClient) {
  const shop = workshop();
  onTestFinished(() => shop[Symbol.asyncDispose]());
  for (let i = 0; i < 80; i++) shop.write(`f${i}.txt`, `file ${i}\n${'words of it '.repeat(60)}\n`);
  return { shop, session: await shop.start(m, 'all') };
}
async function turn(session: Session, text: string) {
  await session.send(text);
  await session.settled();
}
/** A summary is being written, asked for after a turn that was stopped. */
async function summarisingAfterStop(session: Session) {
  await turn(session, 'One.');
  await session.send('Two.');
  await when(session, () => session.transcript.items.at(-1)?.kind === 'tool');
  await session.stop();
  await session.room.summarise();
  await when(session, () => session.live.some(l => l.type === 'context.summarising'));
}
const rooms = (session: Session) =>
  session.transcript.items.filter((item): item is RoomItem => item.kind === 'room');
const texts = (messages: readonly Message[]) => messages.map(m => `${m.role}: ${m.text}`);

/** Each step's request begins with the one before it, byte for byte, but where room was made or taken back. */
function expectStablePrefixes(asked: readonly Asked[], events: readonly SessionEvent[]) {
  const steps = asked.filter(a => !a.isSummary).map(({ messages }) => JSON.stringify(messages).slice(0, -1));
  const changed = steps.map((now, i) => i > 0 && !now.startsWith(steps[i - 1]!));
  const edited: boolean[] = [];
  let edit = false;
  for (const { type } of events) {
    if (type.startsWith('context.')) edit = true;
    if (type !== 'assistant.message') continue;
    edited.push(edit);
    edit = false;
  }
  expect(changed).toEqual(edited);
}

describe('a summary', () => {
  it('comes before the first step of a turn that would not fit, and keeps the words of people and the plan', async () => {
    const m = model(20_000, ({ isSummary }, steps) => {
      if (isSummary) return summary();
      if (steps === 1)
        return reply({
          calls: [call('p', 'update_plan', { items: [{ text: 'Read them all', status: 'active' }] })],
        });
      if (steps === 2)
        return reply({ calls: [call('x', 'run_command', { command: 'echo broken tests; exit 3' })] });
      return reply({ text: `Answer ${steps}. ${'It is said at length. '.repeat(1400)}` });
    });
    const { session, shop } = await start(m);
    await turn(session, 'First: read all of them, exactly as I say.');
    await turn(session, 'Second: never touch f1.txt.');
    await turn(session, 'Third: now go on.');
    expect(m.asked.map(a => a.isSummary)).toEqual([false, false, false, false, true, false]);
    // The question goes out under the same bytes as the turn before.
    expect(m.asked[4]?.tools).toEqual(m.asked[3]?.tools);
    const [system, said, stands, newest, ...rest] = m.asked[5]!.messages;
    expect(rest).toEqual([]);
    expect(system).toEqual(m.asked[0]?.messages[0]);
    expect(said).toMatchObject({
      role: 'user',
      text: expect.stringMatching(
        /word for word[\s\S]*First: read all of them, exactly as I say\.[\s\S]*Second: never touch f1\.txt\./,
      ),
    });
    expect(stands?.role).toBe('assistant');
    expect(stands?.text).toContain('the answer is 42');
    expect(stands?.text).toContain('- [~] Read them all');
    expect(stands?.text).toMatch(
      /Not in order when last seen[\s\S]*\$ echo broken tests; exit 3[\s\S]*broken tests/,
    );
    expect(newest).toEqual({ role: 'user', text: 'Third: now go on.' });

    const events = await shop.events(session.id);
    const made = events.filter(e => e.type === 'context.summarised');
    expect(made).toMatchObject([{ step: 0, cost: { amount: 1 } }]);
    // Before the turn's first step, and paid for.
    expect(events.indexOf(made[0]!)).toBeLessThan(events.findLastIndex(e => e.type === 'step.started'));
    expect(session.transcript.head.cost).toEqual([{ amount: 6, currency: 'USD' }]);
    expect(session.transcript.head.turnCost).toEqual([{ amount: 2, currency: 'USD' }]);
    expect(rooms(session)).toMatchObject([{ made: { how: 'summary' }, state: 'newest' }]);
    expectStablePrefixes(m.asked, events);

    expect((await verifySession(events)).difference?.text).toBeUndefined();

    // Another process reads the same.
    await session.close();
    const again = await shop.reopen(session.id, m);
    await turn(again, 'Fourth.');
    expect(texts(m.asked.at(-1)!.messages).slice(0, 4)).toEqual(texts(m.asked[5]!.messages));
  });

  it('splits one turn that outgrows the window, between two steps, and the work goes on', async () => {
    const m = model(40_000, ({ isSummary }, steps) =>
      isSummary ? summary() : steps < 79 ? look(steps) : reply({ text: 'All read.' }),
    );
    const { session, shop } = await start(m);
    await turn(session, 'Read all files.');
    expect(session.transcript.items.at(-1)).toMatchObject({ kind: 'end', reason: 'done', steps: 79 });
    const events = await shop.events(session.id);
    const count = (type: string) => events.filter(e => e.type === type).length;
    expect(count('context.summarised')).toBeGreaterThan(1);
    expect(count('context.trimmed')).toBeGreaterThan(0);
    expect(count('turn.started')).toBe(1);
    for (const { messages, isSummary } of m.asked) {
      // No answer without calls stands inside the loop: what follows it is the person's word.
      for (const [i, message] of messages.entries())
        if (message.role === 'assistant' && !message.toolCalls.length)
          expect(messages[i + 1]?.role).toBe('user');
      if (isSummary) continue;
      // Every call has its result, and the person's words are there.
      const calls = messages.flatMap(x => (x.role === 'assistant' ? x.toolCalls.map(c => c.id) : []));
      expect(messages.flatMap(x => (x.role === 'tool' ? [x.callId] : []))).toEqual(calls);
      expect(messages[1]?.text).toContain('Read all files.');
    }
    // Run again on what was recorded, the loop does the same.
    expect((await verifySession(events)).difference?.text).toBeUndefined();
    // What the newest step found out is there whole, also right after a summary.
    const after = m.asked[m.asked.findIndex(a => a.isSummary) + 1]!.messages;
    expect(after.at(-1)?.text).toContain('words of it');
    expectStablePrefixes(m.asked, events);
  });

  it('is asked for without tools when the model calls one instead of writing', async () => {
    let summaries = 0;
    const m = model(20_000, ({ isSummary }) => {
      if (!isSummary) return reply({ text: 'word '.repeat(13_000) });
      return summaries++ ? summary() : reply({ calls: [call('s', 'list_files', { path: '.' })] });
    });
    const { session } = await start(m);
    await turn(session, 'One.');
    await turn(session, 'Two.');
    expect(m.asked.map(a => (a.isSummary ? a.tools.length > 0 : undefined))).toEqual([
      undefined,
      true,
      false,
      undefined,
    ]);
    expect(session.transcript.items.at(-1)).toMatchObject({ kind: 'end', reason: 'done' });
    expect(session.transcript.head.unseen.requests).toBe(1);
  });

  it('that fails ends the turn with words; nothing is lost, and going on tries again', async () => {
    let broken = true;
    const m = model(20_000, ({ isSummary }) => {
      if (!isSummary) return reply({ text: 'word '.repeat(13_000) });
      return broken ? new ModelError('server', 'The host fell over.') : summary();
    });
    const { session } = await start(m);
    await turn(session, 'One.');
    await turn(session, 'Two.');
    expect(session.transcript.items.at(-1)).toMatchObject({
      kind: 'end',
      reason: 'failed',
      failure: { message: 'The host fell over.', action: 'retry' },
    });
    expect(session.transcript.items.at(-2)).toMatchObject({
      kind: 'notice',
      text: expect.stringContaining('Nothing was lost'),
    });
    broken = false;
    await session.resume();
    await session.settled();
    expect(session.transcript.items.at(-1)).toMatchObject({ kind: 'end', reason: 'done' });
    expect(m.asked.at(-1)?.messages.at(-1)).toEqual({ role: 'user', text: 'Two.' });
  });

  it('can be stopped while it is written', async () => {
    const m = model(20_000, () => reply({ text: 'word '.repeat(13_000) }));
    const stream = m.stream;
    m.stream = async function* (request, signal) {
      if (request.messages.at(-1)?.text.includes(SUMMARY))
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      yield* stream(request, signal);
    };
    const { session } = await start(m);
    await turn(session, 'One.');
    await session.send('Two.');
    await when(session, () => session.live.some(l => l.type === 'context.summarising'));
    await session.stop();
    expect(session.transcript.items.at(-1)).toMatchObject({ kind: 'end', reason: 'stopped' });
    expect(session.live).toEqual([]);
  });

  it('can be asked for: the last turn stays, what was before gives way', async () => {
    const m = model(100_000, ({ isSummary }) =>
      isSummary ? summary('I was asked and answered.') : reply({ reasoning: 'Hm.', text: 'Here.' }),
    );
    const { session, shop } = await start(m);
    await expect(session.room.summarise()).rejects.toThrow('nothing to summarise');
    for (const text of ['One.', 'Two.', 'Three.']) await turn(session, text);
    await session.room.summarise();
    await session.settled();
    expect(session.transcript.items.at(-1)).toMatchObject({ kind: 'end', reason: 'done', steps: 0 });
    await turn(session, 'Four.');
    expect(texts(m.asked.at(-1)!.messages).slice(1)).toEqual([
      expect.stringMatching(/user: [\s\S]*One\.[\s\S]*Two\./),
      expect.stringContaining('assistant: # Where the work stands\n\nI was asked and answered.'),
      'user: Three.',
      'assistant: Here.',
      'user: Four.',
    ]);
    expect((await verifySession(await shop.events(session.id))).difference?.text).toBeUndefined();
  });

  it('can be asked for after a stop, and answers what is said meanwhile', async () => {
    const writing = Promise.withResolvers<void>();
    const m = model(100_000, ({ isSummary }, steps) => {
      if (isSummary) return summary();
      return steps === 2 ? look(1) : reply({ reasoning: 'Hm.', text: 'Here.' });
    });
    const stream = m.stream;
    m.stream = async function* (request, signal) {
      if (request.messages.at(-1)?.text.includes(SUMMARY)) await writing.promise;
      yield* stream(request, signal);
    };
    const { session, shop } = await start(m);
    await summarisingAfterStop(session);
    await session.send('Three.');
    writing.resolve();
    await session.settled();
    expect(session.transcript.items.at(-2)).toMatchObject({ kind: 'answer', text: 'Here.' });
    expect((await verifySession(await shop.events(session.id))).difference?.text).toBeUndefined();
  });

  it('that was cut off is written anew, and nothing else goes on with it', async () => {
    const m = model(100_000, ({ isSummary }, steps) => {
      if (isSummary) return summary();
      return steps === 2 ? look(1) : reply({ reasoning: 'Hm.', text: 'Here.' });
    });
    const stream = m.stream;
    let isSilent = true;
    m.stream = async function* (request, signal) {
      if (isSilent && request.messages.at(-1)?.text.includes(SUMMARY))
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      yield* stream(request, signal);
    };
    const { session, shop } = await start(m);
    await summarisingAfterStop(session);
    await session.close();
    isSilent = false;
    const steps = m.asked.filter(a => !a.isSummary).length;
    const again = await shop.reopen(session.id, m);
    await again.resume();
    await again.settled();
    expect(again.transcript.items.at(-1)).toMatchObject({ kind: 'end', reason: 'done', steps: 0 });
    expect(again.transcript.items.at(-2)?.kind).toBe('room');
    expect(m.asked.filter(a => !a.isSummary)).toHaveLength(steps);
    expect((await verifySession(await shop.events(session.id))).difference?.text).toBeUndefined();
  });

  it('cuts only the longest of what people said when all of it is too long', async () => {
    const long = `Begin here. ${'pasted '.repeat(4000)} And end so.`;
    const m = model(24_000, ({ isSummary }) =>
      isSummary ? summary() : reply({ text: 'word '.repeat(13_000) }),
    );
    const { session } = await start(m);
    await turn(session, long);
    await turn(session, 'Short and whole.');
    const said = m.asked.at(-1)!.messages[1]!.text;
    expect(said).toMatch(
      /Begin here\.[\s\S]*characters left out here; entry \d+ has all of it[\s\S]*And end so\./,
    );
    expect(said.length).toBeLessThan(long.length);
    expect(m.asked.at(-1)!.messages.at(-1)!.text).toBe('Short and whole.');
  });

  it('reads a history that is larger than the window as one shortened text', async () => {
    const wide = model(100_000, () => reply({ text: `Long. ${'word '.repeat(50_000)} The end.` }));
    const { session, shop } = await start(wide);
    await turn(session, 'One.');
    await session.close();
    const narrow = model(20_000, ({ isSummary }) => (isSummary ? summary() : reply({ text: 'Short.' })));
    const again = await shop.reopen(session.id, narrow);
    await turn(again, 'Two.');
    expect(again.transcript.items.at(-1)).toMatchObject({ kind: 'end', reason: 'done' });
    expect(narrow.asked[0]).toMatchObject({ isSummary: true, tools: [] });
    expect(narrow.asked[0]?.messages[1]?.text).toMatch(/Long\.[\s\S]*The end\./);
  });
});

describe('taken back', () => {
  const long = (n: number) => (n % 4 ? look(n) : reply({ text: `Turn over. ${'word '.repeat(3_000)}` }));

  it('a summary and the outputs set aside come back, the newest first, if they fit', async () => {
    const small = model(20_000, ({ isSummary }, steps) => (isSummary ? summary() : long(steps)));
    const { session, shop } = await start(small);
    for (const text of ['One.', 'Two.', 'Three.', 'Four.']) await turn(session, text);
    const whole = (await shop.events(session.id)).length;
    const made = rooms(session);
    expect(made.length).toBeGreaterThan(1);
    expect(made.map(room => room.state)).toEqual([...made.slice(1).map(() => 'stands'), 'newest']);
    await expect(session.room.takeBack(made[0]!.seq)).rejects.toThrow('Take that back first');
    await session.close();

    // Another backend has room for all of it.
    const wide = model(200_000, () => reply({ text: 'I read all of it.' }));
    const again = await shop.reopen(session.id, wide);
    for (const { seq } of made.toReversed()) await again.room.takeBack(seq);
    expect(rooms(again).map(room => room.state)).toEqual(made.map(() => 'takenBack'));
    await expect(again.room.takeBack(made[0]!.seq)).rejects.toThrow('nothing to take back');
    await turn(again, 'Five.');
    const sent = wide.asked[0]!.messages;
    expect(sent.flatMap(m => (m.role === 'user' ? [m.text] : []))).toEqual([
      'One.',
      'Two.',
      'Three.',
      'Four.',
      'Five.',
    ]);
    expect(sent.filter(m => m.role === 'tool').every(m => m.text.includes('words of it'))).toBe(true);
    expect((await shop.events(session.id)).length).toBeGreaterThan(whole);
  });

  it('is refused with the reason when it does not fit', async () => {
    const m = model(16_000, ({ isSummary }, steps) =>
      isSummary ? summary() : steps < 60 ? look(steps) : reply({ text: 'All read.' }),
    );
    const { session } = await start(m);
    await turn(session, 'Read all files.');
    const { seq } = rooms(session).at(-1)!;
    await expect(session.room.takeBack(rooms(session)[0]!.seq)).rejects.toThrow('Room was made again since');
    const before = session.transcript.items.length;
    const standing = rooms(session).filter(room => room.state !== 'takenBack');
    // Sooner or later it is too much.
    const refused = await (async () => {
      for (const room of standing.toReversed()) await session.room.takeBack(room.seq);
    })().catch((error: Error) => error.message);
    expect(refused).toMatch(/does not fit any more: .*the window of this backend has 16,000/);
    expect(session.transcript.items.length).toBe(before);
    expect(seq).toBeGreaterThan(0);
  });
});
