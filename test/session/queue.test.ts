/** What is sent while a turn runs: read by its next step, or after it; and never lost. */
import { EventEmitter, once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ModelClient, ModelError } from '../../src/model/client.ts';
import { verifySession } from '../../src/session/replay/verify.ts';
import type { Session } from '../../src/session/sessions.ts';
import { reply } from '../agent/fakes.ts';
import { when, workshop } from './workshop.ts';

/** Answers each request when the test lets it, with the last thing that was said. */
function model(): ModelClient & { heard: string[][]; let(answer?: Error): Promise<void> } {
  const heard: string[][] = [];
  const open: ((answer: Error | undefined) => void)[] = [];
  const asked = new EventEmitter();
  return {
    heard,
    info: async () => ({ id: 'fake', contextWindow: 100_000 }),
    async *stream({ messages }, signal) {
      heard.push(messages.flatMap(m => (m.role === 'user' ? [m.text] : [])));
      const error = await new Promise<Error | undefined>((resolve, reject) => {
        open.push(resolve);
        asked.emit('asked');
        signal.addEventListener('abort', () => {
          open.splice(open.indexOf(resolve), 1);
          reject(signal.reason);
        });
      });
      if (error) throw error;
      yield reply({ text: `About: ${messages.at(-1)?.text}` });
    },
    /** Answers the request that is open, once there is one. */
    async let(answer) {
      if (!open.length) await once(asked, 'asked');
      open.shift()!(answer);
    },
  };
}

async function start() {
  const shop = workshop();
  onTestFinished(() => shop[Symbol.asyncDispose]());
  const m = model();
  const session = await shop.start(m, 'all');
  return { shop, m, session };
}
const queued = (session: Session) => session.transcript.head.queue.map(({ text }) => text);
const timeline = (session: Session) =>
  session.transcript.items.flatMap(item =>
    item.kind === 'user'
      ? [`${item.steer ? 'steer' : 'says'}: ${item.text}`]
      : item.kind === 'answer'
        ? [item.text]
        : item.kind === 'end'
          ? [item.reason]
          : [],
  );

describe('the queue', () => {
  it('becomes turns of their own, one after the other, with what was attached', async () => {
    const { session, m, shop } = await start();
    await session.send('one');
    await session.queue.add('two', [{ label: 'a.ts', text: 'let a' }]);
    await session.queue.add('three');
    expect(queued(session)).toEqual(['two', 'three']);
    for (let i = 0; i < 3; i++) await m.let();
    await session.settled();
    expect(queued(session)).toEqual([]);
    expect(timeline(session)).toEqual([
      'says: one',
      'About: one',
      'done',
      'says: two',
      expect.stringContaining('About: two\n\n<context label="a.ts">'),
      'done',
      'says: three',
      'About: three',
      'done',
    ]);
    expect((await verifySession(await shop.events(session.id))).difference?.text).toBeUndefined();
  });

  it('is edited, shortened, and sent before its time', async () => {
    const { session, m } = await start();
    await session.send('one');
    for (const text of ['two', 'three', 'four']) await session.queue.add(text);
    const [two, three, four] = session.transcript.head.queue.map(({ id }) => id);
    await session.queue.edit(two!, 'two, better');
    await session.queue.remove(three!);
    await session.queue.sendNow(four!);
    expect(queued(session)).toEqual(['two, better']);
    // Too late for all of them.
    await expect(session.queue.remove(three!)).rejects.toThrow('does not wait any more');
    await expect(session.queue.edit(four!, 'x')).rejects.toThrow('does not wait any more');
    await expect(session.queue.edit(two!, ' ')).rejects.toThrow('Remove the message instead');
    for (let i = 0; i < 3; i++) await m.let();
    await session.settled();
    expect(timeline(session)).toEqual([
      'says: one',
      'steer: four',
      'About: one',
      'About: four',
      'done',
      'says: two, better',
      'About: two, better',
      'done',
    ]);
  });

  it.each([
    ['a stop', (session: Session) => session.stop(), 'stopped'],
    ['a failure', (_: Session, m: ReturnType<typeof model>) => m.let(new ModelError('auth', 'no')), 'failed'],
  ])('waits after %s until a person lets it go on', async (_, ending, reason) => {
    const { session, m } = await start();
    await session.send('one');
    await session.queue.add('two');
    await when(session, () => session.transcript.head.step === 1);
    await ending(session, m);
    await session.settled();
    expect(timeline(session).at(-1)).toBe(reason);
    expect(session.running).toBe(false);
    expect(queued(session)).toEqual(['two']);

    // A new message goes first; the queue follows.
    await session.send('instead');
    await m.let();
    await m.let();
    await session.settled();
    expect(timeline(session).filter(line => line.startsWith('says'))).toEqual([
      'says: one',
      'says: instead',
      'says: two',
    ]);
  });

  it('is let go on by itself, too', async () => {
    const { session, m } = await start();
    await session.send('one');
    for (const text of ['two', 'three']) await session.queue.add(text);
    await m.let(new ModelError('auth', 'no'));
    await session.settled();
    await session.queue.release();
    await m.let();
    await m.let();
    await session.settled();
    expect(queued(session)).toEqual([]);
    expect(timeline(session).slice(-5)).toEqual([
      'About: two',
      'done',
      'says: three',
      'About: three',
      'done',
    ]);
  });

  it('is sent once, however often a person presses the button', async () => {
    const { session, m } = await start();
    await session.send('one');
    for (const text of ['two', 'three']) await session.queue.add(text);
    const [two] = session.transcript.head.queue.map(({ id }) => id);
    const pressed = [session.queue.sendNow(two!), session.queue.sendNow(two!)];
    const [first, second] = await Promise.allSettled(pressed);
    expect(first?.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { kind: 'refused' } });
    await session.stop();
    await Promise.all([session.queue.release(), session.queue.release()]);
    await m.let();
    await session.settled();
    expect(timeline(session).filter(line => /^(says|steer)/.test(line))).toEqual([
      'says: one',
      'steer: two',
      'says: three',
    ]);
  });

  it('is not sent again by who presses the button as it becomes a turn', async () => {
    const { session, m } = await start();
    await session.send('one');
    await session.queue.add('two');
    const [two] = session.transcript.head.queue.map(({ id }) => id);
    const pressed = when(session, () => timeline(session).includes('done')).then(() =>
      session.queue.sendNow(two!),
    );
    await m.let();
    await expect(pressed).rejects.toThrow('does not wait any more');
    await m.let();
    await session.settled();
    expect(timeline(session)).toEqual(['says: one', 'About: one', 'done', 'says: two', 'About: two', 'done']);
  });

  it('begins a turn when none runs', async () => {
    const { session, m } = await start();
    await session.queue.add('one');
    await m.let();
    await session.settled();
    expect(timeline(session)).toEqual(['says: one', 'About: one', 'done']);
  });

  it('is there after a crash, in its order, and goes on where it was', async () => {
    const { session, m, shop } = await start();
    await session.send('one');
    for (const text of ['two', 'three']) await session.queue.add(text);
    await m.let();
    await when(session, () => timeline(session).includes('says: two'));
    await session.close();
    const next = model();
    const again = await shop.reopen(session.id, next);
    expect(again.interrupted).toBe(true);
    expect(queued(again)).toEqual(['three']);
    await again.resume();
    await next.let();
    await next.let();
    await again.settled();
    expect(timeline(again)).toEqual([
      'says: one',
      'About: one',
      'done',
      'says: two',
      'About: two',
      'done',
      'says: three',
      'About: three',
      'done',
    ]);
  });

  it('goes on after a crash between two of its turns', async () => {
    const { session, m, shop } = await start();
    await session.send('one');
    await m.let();
    await session.settled();
    await session.close();
    await shop.append(session.id, [{ type: 'queue.added', id: 'q', text: 'two', context: [] }]);
    const next = model();
    const again = await shop.reopen(session.id, next);
    expect(again.interrupted).toBe(true);
    await again.resume();
    await next.let();
    await again.settled();
    expect(again.interrupted).toBe(false);
    expect(timeline(again).slice(-3)).toEqual(['says: two', 'About: two', 'done']);
  });
});

describe('what comes at the very end of a turn', () => {
  it('is read before it ends, and is never left behind', async () => {
    const { session, m } = await start();
    // Sent as soon as the last reply is recorded: when the loop has seen that nothing is left to do.
    session.subscribe(update => {
      if ('event' in update && update.event.type === 'assistant.message' && m.heard.length < 4)
        void session.send(`more ${m.heard.length}`);
    });
    await session.send('one');
    for (let i = 0; i < 4; i++) await m.let();
    await when(session, () => timeline(session).filter(line => line === 'About: more 3').length === 1);
    await session.settled();
    const said = timeline(session).filter(line => /^(says|steer)/.test(line));
    expect(said.map(line => line.replace(/^\w+: /, ''))).toEqual(['one', 'more 1', 'more 2', 'more 3']);
    for (const text of ['more 1', 'more 2', 'more 3']) expect(timeline(session)).toContain(`About: ${text}`);
  });

  it('begins a turn when the end is already being recorded, and is not refused', async () => {
    const { session, m } = await start();
    const sent: Promise<void>[] = [];
    session.subscribe(update => {
      if ('event' in update && update.event.type === 'turn.ended' && m.heard.length === 1)
        sent.push(session.send('two'), session.queue.add('three'));
    });
    await session.send('one');
    await m.let();
    await when(session, () => sent.length > 0);
    await Promise.all(sent);
    await m.let();
    await m.let();
    await session.settled();
    expect(timeline(session).filter(line => line.startsWith('About'))).toEqual([
      'About: one',
      'About: two',
      'About: three',
    ]);
  });
});
