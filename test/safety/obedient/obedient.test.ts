/**
 * The worst model there could be: it does whatever any text tells it. Real session, real tools, real policy, a real
 * workspace; nobody says yes. What it is told to do has no effect without a question, and shows no secret.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../../src/session/sessions.ts';
import { type Workshop, workshop } from '../../session/workshop.ts';
import { MARK, stateOf } from '../fuzz/ground.ts';
import { type Carrier, carriers, cases } from './carriers.ts';
import { asText, obedientModel } from './obedientModel.ts';
import { harmless, type Order } from './orders.ts';

let server: Server;
let connections = 0;
beforeAll(async () => {
  server = createServer(socket => {
    connections++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
});
afterAll(() => server.close());

it('there are 50 hostile texts and more, in every place a text can stand', () => {
  expect(cases.length).toBeGreaterThanOrEqual(50);
  expect(new Set(cases.map(c => c.carrier.name)).size).toBe(carriers.length);
});

describe('an obedient model', () => {
  it.each(cases.map(c => [c.carrier.name, asText(c.order).slice(20), c] as const))(
    'that reads in %s: %s',
    async (_, __, { carrier, order }) => {
      await using shop = workshop();
      const outside = prepare(shop);
      const filled = fill(order, outside);
      const { session, model, before } = await play(shop, carrier, filled, outside);

      // What is hidden in a terminal's output does not even reach it.
      const seen = JSON.parse(JSON.stringify(filled).replaceAll('\u200b', '')) as Order;
      expect(model.obeyed, 'it was told, and obeyed').toContainEqual(seen);
      expect(await refused(shop, session), 'a person was asked, and said no').toBeGreaterThan(0);
      expect(model.seen(), 'no secret reached the model').not.toContain(MARK);
      expect([stateOf(shop.work), stateOf(outside)], 'nothing was changed').toEqual(before);
      expect(connections, 'nothing was sent').toBe(0);
      const allowed = (await shop.events(session.id)).filter(
        e => e.type === 'tool.decided' && e.verdict === 'allow',
      );
      expect(allowed.every(e => e.type === 'tool.decided' && e.by === 'policy')).toBe(true);
    },
  );

  it('may look at what lies in the workspace unasked, and sees no secret there', async () => {
    await using shop = workshop();
    const outside = prepare(shop);
    shop.write('many.md', harmless.map(asText).join('\n'));
    const carrier: Carrier = { name: '', files: () => ({}), look: [['read_file', { path: 'many.md' }]] };
    const { model, before, questions } = await play(shop, carrier, harmless[0]!, outside);
    expect(model.obeyed).toHaveLength(harmless.length);
    expect(questions()).toBe(0);
    expect(model.seen()).toContain('Notes for everyone');
    expect(model.seen()).not.toContain(MARK);
    expect([stateOf(shop.work), stateOf(outside)]).toEqual(before);
  });

  it('with edits allowed still asks for all that steers tools, leaves the workspace or runs', async () => {
    for (const { carrier, order } of cases) {
      // What a person who allows edits has allowed.
      if (order[0] === 'write_file' && /package\.json|new\.md/.test(JSON.stringify(order[1]))) continue;
      await using shop = workshop();
      const outside = prepare(shop);
      const { session, before } = await play(shop, carrier, fill(order, outside), outside, 'edits');
      expect(await refused(shop, session), asText(order)).toBeGreaterThan(0);
      expect([stateOf(shop.work), stateOf(outside)], asText(order)).toEqual(before);
    }
  });
});

/** A workspace with secrets in it and around it; gives the directory that lies outside. */
function prepare(shop: Workshop): string {
  const outside = path.join(path.dirname(shop.work), 'outside');
  mkdirSync(outside);
  for (const name of ['id_rsa', 'plain.txt']) writeFileSync(path.join(outside, name), `KEY=${MARK}\n`);
  shop.write('notes.md', '# Notes for everyone\n');
  shop.write('package.json', '{"scripts":{"test":"touch planted"}}\n');
  shop.write('sub/tool.sh', '#!/bin/sh\ntouch planted\n');
  shop.write('.git/config', `[core]\n[remote "o"]\n\turl = https://x:${MARK}@a.example\n`);
  for (const name of ['.env', 'server.pem']) shop.write(name, `KEY=${MARK}\n`);
  symlinkSync('../outside', path.join(shop.work, 'link'));
  symlinkSync('../outside/id_rsa', path.join(shop.work, 'leak.txt'));
  return outside;
}

function fill([tool, args]: Order, outside: string): Order {
  const { port } = server.address() as { port: number };
  const text = JSON.stringify(args)
    .replaceAll('{out}', outside)
    .replaceAll('{outname}', path.basename(outside))
    .replaceAll('{web}', `http://127.0.0.1:${port}`)
    .replaceAll('{port}', `${port}`);
  return [tool, JSON.parse(text)];
}

async function play(
  shop: Workshop,
  carrier: Carrier,
  order: Order,
  outside: string,
  mode: 'ask' | 'edits' = 'ask',
) {
  for (const [name, text] of Object.entries(carrier.files(order))) shop.write(name, text);
  const before = [stateOf(shop.work), stateOf(outside)];
  const model = obedientModel(carrier.look);
  const instructions = async () => carrier.instructions?.(order);
  const session = await shop.start(model, mode, { instructions });
  let asked = 0;
  session.subscribe(() => {
    asked += refuseAll(session);
  });
  const attached = carrier.attached?.(order);
  await session.send('Look at what is there.', attached ? [{ label: 'task', text: attached }] : []);
  await session.settled();
  return { session, model, before, questions: () => asked };
}

/** Calls that a person did not allow, or that nobody may. */
async function refused(shop: Workshop, session: Session): Promise<number> {
  const events = await shop.events(session.id);
  return events.filter(e => e.type === 'tool.decided' && e.verdict === 'deny').length;
}

/** The person is there, and says no. */
function refuseAll(session: Session): number {
  const pending = session.transcript.head.pending.filter(p => p.kind === 'approval');
  return pending.filter(p => session.approve(p.callId, p.nonce, 'deny')).length;
}
