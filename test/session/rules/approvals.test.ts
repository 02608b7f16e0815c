/** Approvals through a real session: several calls in one question, rules that last, changes of mode while one waits. */
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PendingApproval } from '../../../src/protocol/transcript.ts';
import type { Session } from '../../../src/session/sessions.ts';
import { call, reply, scriptedModel } from '../../agent/fakes.ts';
import { type Workshop, when, workshop } from '../workshop.ts';

const done = [reply({ text: 'Done.' })];
const run = (id: string, command: string) => call(id, 'run_command', { command });
const edit = (id: string, file: string, from: string, to: string) =>
  call(id, 'edit_file', { path: file, edits: [{ old_text: from, new_text: to }] });
const write = (id: string, file: string, content: string) => call(id, 'write_file', { path: file, content });
const readFile = (id: string, file: string) => call(id, 'read_file', { path: file });

/** The approvals that wait, once so many do. */
const waiting = (session: Session, count: number): Promise<PendingApproval[]> =>
  when(session, () => {
    const { pending } = session.transcript.head;
    return pending.length === count && pending.every(p => p.kind === 'approval')
      ? (pending as PendingApproval[])
      : undefined;
  });
const once = (session: Session, asked: PendingApproval) => session.approve(asked.callId, asked.nonce, 'once');
const offerTo = (asked: PendingApproval, destination: string) => ({
  offer: asked.offers.findIndex(offer => offer.destination === destination),
});
const decided = async (shop: Workshop, session: Session) =>
  (await shop.events(session.id)).flatMap(e => (e.type === 'tool.decided' ? [e] : []));
const exists = (shop: Workshop, name: string) => existsSync(path.join(shop.work, name));

describe('several calls of one reply', () => {
  it('are asked together, and run one after the other in the order they stand in', async () => {
    await using shop = workshop();
    const session = await shop.start(
      scriptedModel([
        [
          reply({
            calls: [
              run('a', 'echo one >> log'),
              write('b', 'b.txt', 'b\n'),
              run('c', 'echo two >> log; cat b.txt >> log'),
            ],
          }),
        ],
        done,
      ]),
    );
    await session.send('go');
    const asked = await waiting(session, 3);
    expect(asked.map(p => p.callId)).toEqual(['a', 'b', 'c']);
    expect(new Set(asked.map(p => p.nonce)).size).toBe(3);
    // The last is allowed first, and waits for those before it.
    for (const one of [...asked].reverse()) expect(once(session, one)).toBe(true);
    await session.settled();
    expect(shop.read('log')).toBe('one\ntwo\nb\n');
  });

  it('take each its own answer: what is denied is not done, and the rest is', async () => {
    await using shop = workshop();
    const model = scriptedModel([
      [reply({ calls: [run('a', 'touch a'), run('b', 'touch b'), run('c', 'touch c')] })],
      done,
    ]);
    const session = await shop.start(model);
    await session.send('go');
    const [a, b, c] = (await waiting(session, 3)) as [PendingApproval, PendingApproval, PendingApproval];
    session.approve(b.callId, b.nonce, 'deny', 'not b');
    once(session, a);
    once(session, c);
    await session.settled();
    expect(['a', 'b', 'c'].map(name => exists(shop, name))).toEqual([true, false, true]);
    const results = model.requests[1]!.filter(m => m.role === 'tool');
    expect(results.map(m => m.text.includes('not b'))).toEqual([false, true, false]);
  });

  it('are answered by their own nonce only, and only with what was offered', async () => {
    await using shop = workshop();
    const session = await shop.start(
      scriptedModel([[reply({ calls: [run('a', 'touch a'), run('b', 'touch b')] })], done]),
    );
    await session.send('go');
    const [a, b] = (await waiting(session, 2)) as [PendingApproval, PendingApproval];
    expect(session.approve('a', b.nonce, 'once')).toBe(false);
    expect(session.approve('b', a.nonce, 'once')).toBe(false);
    expect(session.approve('c', a.nonce, 'once')).toBe(false);
    for (const offer of [-1, a.offers.length, 0.5, Number.NaN, 1e9])
      expect(session.approve('a', a.nonce, { offer })).toBe(false);
    expect(session.approve('a', b.nonce, { offer: 0 })).toBe(false);
    session.approve('a', a.nonce, 'deny');
    expect(session.approve('a', a.nonce, 'once')).toBe(false);
    session.approve('b', b.nonce, 'deny');
    await session.settled();
    expect(session.approve('b', b.nonce, 'once')).toBe(false);
    expect([exists(shop, 'a'), exists(shop, 'b')]).toEqual([false, false]);
  });

  it('ask again when a link leads elsewhere by the time they run', async () => {
    await using shop = workshop();
    shop.write('here/keep', '');
    shop.write('there/keep', '');
    symlinkSync('here', path.join(shop.work, 'link'));
    const session = await shop.start(
      scriptedModel([
        [reply({ calls: [run('c', 'ln -sfn there link'), write('w', 'link/new', '1')] })],
        done,
      ]),
    );
    await session.send('go');
    const [first, second] = (await waiting(session, 2)) as [PendingApproval, PendingApproval];
    const targetOf = (one: PendingApproval) =>
      one.preview.kind === 'diff' ? one.preview.files[0]?.target : undefined;
    expect(targetOf(second)).toEqual({
      path: path.join(shop.work, 'here/new'),
      through: path.join(shop.work, 'link/new'),
    });
    once(session, second);
    once(session, first);
    const again = await when(session, () =>
      session.transcript.head.pending.find(p => p.callId === 'w' && p.nonce !== second.nonce),
    );
    expect(targetOf(again as PendingApproval)?.path).toBe(path.join(shop.work, 'there/new'));
    session.approve('w', again.nonce, 'deny');
    await session.settled();
    expect([exists(shop, 'here/new'), exists(shop, 'there/new')]).toEqual([false, false]);
  });

  it('do nothing when what was shown is not what it would be any more', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'one\n');
    const session = await shop.start(
      scriptedModel([
        [reply({ calls: [readFile('r', 'a.txt')] })],
        [reply({ calls: [run('c', 'echo zero > b.txt'), write('w', 'b.txt', 'mine\n')] })],
        done,
      ]),
    );
    await session.send('go');
    const [first, second] = (await waiting(session, 2)) as [PendingApproval, PendingApproval];
    expect(second.preview).toMatchObject({ kind: 'diff', files: [{ change: 'created' }] });
    once(session, second);
    once(session, first);
    await session.settled();
    // The command made the file meanwhile: what was shown, a new file, would now replace what nobody has read.
    expect(shop.read('b.txt')).toBe('zero\n');
  });

  it('are not asked ahead for a second change of the same file: it is shown once it is known', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'one\n');
    const session = await shop.start(
      scriptedModel([
        [reply({ calls: [readFile('r', 'a.txt')] })],
        [
          reply({
            calls: [
              edit('e1', 'a.txt', 'one', 'two'),
              edit('e2', 'a.txt', 'two', 'three'),
              run('c', 'touch c'),
            ],
          }),
        ],
        done,
      ]),
    );
    await session.send('go');
    const asked = await waiting(session, 2);
    expect(asked.map(p => p.callId)).toEqual(['e1', 'c']);
    once(session, asked[0]!);
    const next = await when(session, () => session.transcript.head.pending.find(p => p.callId === 'e2'));
    expect(next).toMatchObject({ preview: { files: [{ hunks: expect.stringContaining('-two') }] } });
    once(session, next as PendingApproval);
    once(session, asked[1]!);
    await session.settled();
    expect(shop.read('a.txt')).toBe('three\n');
  });

  it('say beforehand that an earlier one changes what a later one runs', async () => {
    await using shop = workshop();
    shop.write('package.json', '{"scripts":{"test":"true"}}\n');
    const session = await shop.start(
      scriptedModel([
        [reply({ calls: [readFile('r', 'package.json')] })],
        [reply({ calls: [edit('e', 'package.json', 'true', 'touch ran'), run('c', 'npm test')] })],
        done,
      ]),
    );
    await session.send('go');
    const [first, second] = (await waiting(session, 2)) as [PendingApproval, PendingApproval];
    expect(second.reasons[0]).toContain(
      'package.json`, which decides what this runs, was changed by the agent.',
    );
    once(session, first);
    once(session, second);
    await session.settled();
    // Nothing new came up, so nobody was asked a second time.
    expect(exists(shop, 'ran')).toBe(true);
  });

  it('that a new rule covers need no answer any more', async () => {
    await using shop = workshop();
    const session = await shop.start(
      scriptedModel([
        [reply({ calls: [write('a', 'a', '1'), write('b', 'b', '2'), run('c', 'touch c')] })],
        done,
      ]),
    );
    await session.send('go');
    const [a, , c] = (await waiting(session, 3)) as [PendingApproval, PendingApproval, PendingApproval];
    session.approve(a.callId, a.nonce, offerTo(a, 'session'));
    const left = await waiting(session, 1);
    expect(left[0]).toMatchObject({ callId: 'c', nonce: c.nonce });
    once(session, left[0]!);
    await session.settled();
    expect([shop.read('a'), shop.read('b')]).toEqual(['1', '2']);
    expect((await decided(shop, session)).map(e => [e.callId, e.by])).toEqual([
      ['a', 'person'],
      ['b', 'rule'],
      ['c', 'person'],
    ]);
  });

  it('are asked anew after a crash, with new nonces', async () => {
    await using shop = workshop();
    const model = scriptedModel([[reply({ calls: [run('a', 'touch a'), run('b', 'touch b')] })], done]);
    const session = await shop.start(model);
    await session.send('go');
    const before = await waiting(session, 2);
    await session.close();
    const again = await shop.reopen(session.id, model);
    await again.resume();
    const after = await waiting(again, 2);
    expect(after.map(p => p.nonce).filter(nonce => before.some(p => p.nonce === nonce))).toEqual([]);
    for (const one of before) expect(once(again, one)).toBe(false);
    for (const one of after) once(again, one);
    await again.settled();
    expect([exists(shop, 'a'), exists(shop, 'b')]).toEqual([true, true]);
  });

  it('leave no question and no effect when the person stops', async () => {
    await using shop = workshop();
    const session = await shop.start(
      scriptedModel([[reply({ calls: [run('a', 'touch a'), run('b', 'touch b')] })], done]),
    );
    await session.send('go');
    await waiting(session, 2);
    await session.stop();
    expect(session.transcript.head).toMatchObject({ status: 'stopped', pending: [] });
    expect([exists(shop, 'a'), exists(shop, 'b')]).toEqual([false, false]);
  });
});

describe('a rule', () => {
  it('for this workspace holds in the next session, and its name stands in the log', async () => {
    await using shop = workshop();
    const first = await shop.start(scriptedModel([[reply({ calls: [run('a', 'touch a')] })], done]));
    await first.send('go');
    const [asked] = await waiting(first, 1);
    first.approve('a', asked!.nonce, offerTo(asked!, 'workspace'));
    await first.settled();
    await first.close();

    const second = await shop.start(
      scriptedModel([
        [reply({ calls: [run('b', 'touch a'), run('c', 'mkdir -p d && cd d && touch a')] })],
        done,
      ]),
    );
    await second.send('go');
    const [mkdir] = await waiting(second, 1);
    expect(mkdir?.callId).toBe('c');
    second.approve('c', mkdir!.nonce, 'deny');
    await second.settled();
    const [byRule] = await decided(shop, second);
    expect(byRule).toMatchObject({
      callId: 'b',
      by: 'rule',
      rule: { destination: 'workspace', rule: { kind: 'argv', words: ['touch', 'a'] } },
    });
  });

  it('asks again, in every later session, once the agent has edited what it runs', async () => {
    await using shop = workshop();
    shop.write('package.json', '{"scripts":{"test":"true"}}\n');
    const first = await shop.start(scriptedModel([[reply({ calls: [run('a', 'npm test')] })], done]));
    await first.send('go');
    const [asked] = await waiting(first, 1);
    first.approve('a', asked!.nonce, offerTo(asked!, 'workspace'));
    await first.settled();
    await first.close();

    const second = await shop.start(
      scriptedModel([
        [reply({ calls: [readFile('r', 'package.json')] })],
        [reply({ calls: [edit('e', 'package.json', 'true', 'touch pwned')] })],
        done,
      ]),
      'edits',
    );
    await second.send('go');
    await second.settled();
    await second.close();

    const third = await shop.start(scriptedModel([[reply({ calls: [run('b', 'npm test')] })], done]));
    await third.send('go');
    const [again] = await waiting(third, 1);
    expect(again!.reasons[0]).toContain(
      'package.json`, which decides what this runs, was changed by the agent.',
    );
    third.approve('b', again!.nonce, 'deny');
    await third.settled();
    expect(exists(shop, 'pwned')).toBe(false);
  });

  it('asks again once a command that was asked for has named what it runs', async () => {
    await using shop = workshop();
    shop.write('package.json', '{"scripts":{"test":"true"}}\n');
    const session = await shop.start(
      scriptedModel([
        [reply({ calls: [run('a', 'npm test')] })],
        [reply({ calls: [run('look', 'cat package.json'), run('b', 'npm test')] })],
        [reply({ calls: [run('c', 'sed -i s/true/false/ package.json')] })],
        [reply({ calls: [run('d', 'npm test')] })],
        done,
      ]),
    );
    await session.send('go');
    const [first] = await waiting(session, 1);
    session.approve('a', first!.nonce, offerTo(first!, 'workspace'));
    const sed = await when(session, () => session.transcript.head.pending.find(p => p.callId === 'c'));
    once(session, sed as PendingApproval);
    const again = await when(session, () => session.transcript.head.pending.find(p => p.callId === 'd'));
    session.approve('d', again.nonce, 'deny');
    await session.settled();
    expect((await decided(shop, session)).map(e => [e.callId, e.by])).toEqual([
      ['a', 'person'],
      ['look', 'policy'],
      ['b', 'rule'],
      ['c', 'person'],
      ['d', 'person'],
    ]);
  });

  it('is suggested after the same command was allowed once twice', async () => {
    await using shop = workshop();
    const steps = ['a', 'b', 'c'].map(id => [reply({ calls: [run(id, 'touch x')] })]);
    const session = await shop.start(scriptedModel([...steps, done]));
    await session.send('go');
    for (const id of ['a', 'b']) {
      const [asked] = await waiting(session, 1);
      expect([asked!.callId, asked!.suggested]).toEqual([id, undefined]);
      once(session, asked!);
      await when(session, () => session.transcript.head.pending[0]?.callId !== id);
    }
    const [third] = await waiting(session, 1);
    expect(third!.offers[third!.suggested!]).toMatchObject({
      destination: 'workspace',
      rule: { words: ['touch', 'x'] },
    });
    session.approve(third!.callId, third!.nonce, { offer: third!.suggested! });
    await session.settled();
  });

  it('of the session can be taken back, and is asked for again', async () => {
    await using shop = workshop();
    const session = await shop.start(
      scriptedModel([
        [reply({ calls: [run('a', 'touch x')] })],
        done,
        [reply({ calls: [run('b', 'touch x')] })],
        done,
      ]),
    );
    await session.send('go');
    const [asked] = await waiting(session, 1);
    session.approve('a', asked!.nonce, offerTo(asked!, 'session'));
    await session.settled();
    const [held] = session.rules.list();
    expect(held).toMatchObject({ destination: 'session', rule: { kind: 'argv' } });
    await session.rules.remove(held!.id);
    expect(session.rules.list()).toEqual([]);
    await session.send('again');
    const [again] = await waiting(session, 1);
    expect(again?.callId).toBe('b');
    session.approve('b', again!.nonce, 'deny');
    await session.settled();
  });

  it('file that is damaged lets nothing through, in any mode, and says which file', async () => {
    await using shop = workshop();
    const first = await shop.start(scriptedModel([[reply({ calls: [run('a', 'touch x')] })], done]));
    await first.send('go');
    const [asked] = await waiting(first, 1);
    first.approve('a', asked!.nonce, offerTo(asked!, 'user'));
    await first.settled();
    await first.close();
    const [held] = (await shop.rules.list()).rules;
    const file = path.join(shop.rules.directory, `${held!.id}.json`);
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));

    const session = await shop.start(
      scriptedModel([[reply({ calls: [run('b', 'touch x'), write('w', 'y', '1')] })], done]),
      'all',
    );
    await session.send('go');
    const both = await waiting(session, 2);
    for (const one of both) {
      expect(one.reasons[0]).toContain(file);
      session.approve(one.callId, one.nonce, 'deny');
    }
    await session.settled();
    expect(exists(shop, 'y')).toBe(false);
  });

  it('that forbids wins over mode all, and tells the model', async () => {
    await using shop = workshop();
    await shop.rules.add({ kind: 'denyCommand', words: ['touch'] }, { destination: 'user' });
    await shop.rules.add({ kind: 'denyPath', glob: 'locked/**' }, { destination: 'user' });
    const model = scriptedModel([
      [reply({ calls: [run('a', 'bash -c "touch x"'), write('w', 'locked/a', '1')] })],
      done,
    ]);
    const session = await shop.start(model, 'all');
    await session.send('go');
    await session.settled();
    expect([exists(shop, 'x'), exists(shop, 'locked/a')]).toEqual([false, false]);
    const told = model.requests[1]!.filter(m => m.role === 'tool').map(m => m.text);
    expect(told[0]).toContain('It is forbidden: the rule `touch` of all your workspaces.');
    expect(told[1]).toContain('locked/**');
  });
});

describe('a change of mode while a question waits', () => {
  it('to a wider one lets it go on', async () => {
    await using shop = workshop();
    const session = await shop.start(
      scriptedModel([[reply({ calls: [write('w', 'a', '1'), run('c', 'touch c')] })], done]),
    );
    await session.send('go');
    await waiting(session, 2);
    await session.setMode('edits');
    const [left] = await waiting(session, 1);
    expect(left?.callId).toBe('c');
    once(session, left!);
    await session.settled();
    expect(shop.read('a')).toBe('1');
  });

  it('to plan refuses what waits, and what was allowed and has not begun', async () => {
    await using shop = workshop();
    const session = await shop.start(
      scriptedModel([[reply({ calls: [write('w', 'a', '1'), run('c', 'touch c')] })], done]),
    );
    await session.send('go');
    const [, second] = (await waiting(session, 2)) as [PendingApproval, PendingApproval];
    once(session, second);
    await waiting(session, 1);
    await session.setMode('plan');
    await session.settled();
    expect([exists(shop, 'a'), exists(shop, 'c')]).toEqual([false, false]);
    expect((await decided(shop, session)).filter(e => e.by === 'mode').map(e => e.callId)).toEqual([
      'w',
      'c',
    ]);
  });
});
