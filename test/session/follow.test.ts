import { describe, expect, it } from 'vitest';
import { call, reply, scriptedModel } from '../agent/fakes.ts';
import { pending, type Workshop, when, workshop } from './workshop.ts';

const done = [reply({ text: 'Done.' })];
const command = (id: string, line: string) => call(id, 'run_command', { command: line });
const none = scriptedModel([]);
/** A session whose turn waits for a yes to `c`. */
async function waiting(shop: Workshop) {
  const session = await shop.start(
    scriptedModel([[reply({ text: 'Look.', calls: [command('c', 'echo hi > b.txt')] })], done]),
  );
  await session.send('go');
  return { session, asked: await pending(session) };
}

describe('a session that another holds', () => {
  it('is seen as it is, and as it goes on, and says who has it', async () => {
    await using shop = workshop();
    const { session, asked } = await waiting(shop);
    const other = await shop.reopen(session.id, none);
    expect(other.held?.by).toMatchObject({ pid: process.pid });
    expect(other.readOnly).toContain(`process ${process.pid}`);
    expect(other.transcript.head).toMatchObject({ status: 'waiting', pending: [{ callId: 'c' }] });
    const changes: string[] = [];
    other.subscribe(update => 'event' in update && changes.push(update.event.type));
    session.approve('c', asked.nonce, 'once');
    await session.settled();
    await when(other, () => other.transcript.head.status === 'idle');
    expect(other.transcript.items).toEqual(session.transcript.items);
    expect(other.transcript.head).toEqual(session.transcript.head);
    const [log] = [await shop.events(session.id)];
    expect(changes).toEqual(log.slice(-changes.length).map(event => event.type));
  });

  it('takes nothing: no answer, no text, no change', async () => {
    await using shop = workshop();
    const { session, asked } = await waiting(shop);
    const other = await shop.reopen(session.id, none);
    const before = await shop.events(session.id);
    expect(other.approve('c', asked.nonce, 'once')).toBe(false);
    for (const write of [
      other.send('more'),
      other.resume(),
      other.setMode('all'),
      other.rename('mine'),
      other.checkpoints.restore({ to: { step: 1 } }),
    ])
      await expect(write).rejects.toMatchObject({ kind: 'readOnly' });
    expect(await shop.events(session.id)).toEqual(before);
    expect(session.transcript.head.status).toBe('waiting');
  });

  it('is free when it is closed there, and goes on here where it was cut off, with a new question', async () => {
    await using shop = workshop();
    const { session, asked } = await waiting(shop);
    const other = await shop.reopen(session.id, none);
    await session.close();
    await other.held?.freed;
    const taken = await shop.reopen(session.id, scriptedModel([done]));
    expect(taken).toMatchObject({ readOnly: undefined, interrupted: true });
    await taken.resume();
    const again = await pending(taken);
    expect(again.nonce).not.toBe(asked.nonce);
    taken.approve('c', again.nonce, 'once');
    await taken.settled();
    expect(shop.read('b.txt')).toBe('hi\n');
  });

  it('is handed over in mid-run when its holder is asked', async () => {
    await using shop = workshop();
    const { session } = await waiting(shop);
    const other = await shop.reopen(session.id, none);
    session.onWanted(() => void session.close());
    await other.held?.handOver();
    expect(session.running).toBe(false);
    await other.close();
    expect((await shop.reopen(session.id, none)).interrupted).toBe(true);
  });

  it('stops when somebody else says so', async () => {
    await using shop = workshop();
    const { session } = await waiting(shop);
    const other = await shop.reopen(session.id, none);
    // Pressed three times.
    await Promise.all([other.stop(), other.stop(), other.stop()]);
    await when(other, () => other.transcript.head.status === 'stopped');
    await session.settled();
    expect(session.transcript.items.at(-1)).toMatchObject({ kind: 'end', reason: 'stopped' });
  });

  it('that was cut off and not gone on with does not look as if it ran', async () => {
    await using shop = workshop();
    const { session } = await waiting(shop);
    await session.close();
    const holder = await shop.reopen(session.id, scriptedModel([done]));
    const other = await shop.reopen(session.id, none);
    expect(other.transcript.head).toMatchObject({ status: 'stopped', pending: [] });
    await holder.resume();
    await when(other, () => other.transcript.head.pending[0]);
  });
});

it('an edit of a file that another session changed is refused, and the other change stays', async () => {
  await using shop = workshop();
  shop.write('a.txt', 'one\n');
  const read = call('r', 'read_file', { path: 'a.txt' });
  const edit = (to: string) =>
    call('e', 'edit_file', { path: 'a.txt', edits: [{ old_text: 'one', new_text: to }] });
  let goOn = () => {};
  const otherIsDone = new Promise<void>(resolve => (goOn = resolve));
  const first = scriptedModel([
    [reply({ calls: [read] })],
    async () => {
      await otherIsDone;
      return [reply({ calls: [edit('mine')] })];
    },
    done,
  ]);
  const slow = await shop.start(first, 'edits');
  await slow.send('go');
  const quick = await shop.start(
    scriptedModel([[reply({ calls: [read] })], [reply({ calls: [edit('two')] })], done]),
    'edits',
  );
  await quick.send('go');
  await quick.settled();
  goOn();
  await slow.settled();
  expect(shop.read('a.txt')).toBe('two\n');
  const refused = first.requests.at(-1)?.at(-1);
  expect(refused).toMatchObject({ role: 'tool', text: expect.stringMatching(/changed|read it again/i) });
});
