import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createNodeHost } from '../../../src/host/nodeHost.ts';
import { withClosedSession } from '../../../src/session/checkpoints/closedSession.ts';
import { call, reply, scriptedModel } from '../../agent/fakes.ts';
import { pending, workshop } from '../workshop.ts';

it('a session that nobody has open gives back a folder of the workspace that it removed', async () => {
  await using shop = workshop();
  const other = path.join(shop.work, '..', 'other');
  mkdirSync(other);
  writeFileSync(path.join(other, 'a.txt'), 'one\n');
  shop.write('b.txt', 'two\n');
  const removing = call('c', 'run_command', { command: `rm -r ${other}; rm b.txt` });
  const host = createNodeHost({ roots: [shop.work, other] });
  const model = scriptedModel([[reply({ calls: [removing] })], [reply({ text: 'Done.' })]]);
  const session = await shop.start(model, 'ask', { host });
  await session.send('go');
  session.approve('c', (await pending(session)).nonce, 'once');
  await session.settled();
  await session.close();
  const state = path.join(shop.work, '..', 'state');
  const done = await withClosedSession(state, session.id, ({ restore }) => restore({ to: { step: 1 } }));
  expect(done.conflicts).toEqual([]);
  expect([readFileSync(path.join(other, 'a.txt'), 'utf8'), shop.read('b.txt')]).toEqual(['one\n', 'two\n']);
});
