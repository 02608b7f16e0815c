import { describe, expect, it } from 'vitest';
import { call, reply, scriptedModel } from '../../agent/fakes.ts';
import { output, pending, workshop } from '../workshop.ts';

const command = (id: string, line: string) => call(id, 'run_command', { command: line });
const read = (id: string) => call(id, 'read_file', { path: 'a.txt' });
const edit = (id: string, from: string, to: string) =>
  call(id, 'edit_file', { path: 'a.txt', edits: [{ old_text: from, new_text: to }] });
const done = [reply({ text: 'Done.' })];

describe('checkpoints of a session', () => {
  it('stand before the intent of each step that changes something, and at the end of the turn', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'one\n');
    const model = scriptedModel([
      [reply({ calls: [read('r')] })],
      [reply({ calls: [edit('e', 'one', 'two'), command('c1', 'echo x > b.txt')] })],
      [reply({ calls: [command('c2', 'rm a.txt')] })],
      done,
    ]);
    const session = await shop.start(model, 'all');
    await session.send('go');
    await session.settled();
    const told = (await shop.events(session.id)).flatMap(e =>
      e.type === 'tool.intent' ? [e.callId] : e.type === 'checkpoint.taken' ? [`${e.when} ${e.step}`] : [],
    );
    expect(told).toEqual(['before 2', 'e', 'c1', 'before 3', 'c2', 'after 4']);

    const { conflicts } = await session.checkpoints.restore({ to: { step: 3 } });
    expect(conflicts).toEqual([]);
    expect([shop.read('a.txt'), shop.read('b.txt')]).toEqual(['two\n', 'x\n']);
    await session.checkpoints.restore({ to: { step: 1 } });
    expect(shop.read('a.txt')).toBe('one\n');
    expect(() => shop.read('b.txt')).toThrow();
    await session.close();

    const again = await shop.reopen(session.id, model);
    await again.checkpoints.restore({ to: 'beforeRestore' });
    expect([shop.read('a.txt'), shop.read('b.txt')]).toEqual(['two\n', 'x\n']);
  });

  it('are refused while a turn runs', async () => {
    await using shop = workshop();
    const session = await shop.start(
      scriptedModel([[reply({ calls: [command('c', 'echo started > a.txt; cat a.txt; sleep 60')] })], done]),
    );
    await session.send('go');
    session.approve('c', (await pending(session)).nonce, 'once');
    await output(session, 'started');
    await expect(session.checkpoints.restore({ to: { step: 1 } })).rejects.toThrow('A turn is running');
    await session.stop();
  });

  it('of a turn that was cut off and resumed go back to where the step began', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'one\n');
    const model = scriptedModel([
      [reply({ calls: [command('c', 'echo two > a.txt; echo ran; until [ -e go ]; do sleep 0.02; done')] })],
      done,
    ]);
    const session = await shop.start(model);
    await session.send('go');
    session.approve('c', (await pending(session)).nonce, 'once');
    await output(session, 'ran');
    await session.close();
    const again = await shop.reopen(session.id, model);
    shop.write('go', '');
    await again.resume();
    await again.settled();
    await again.checkpoints.restore({ to: { step: 1 } });
    expect(shop.read('a.txt')).toBe('one\n');
  });
});
