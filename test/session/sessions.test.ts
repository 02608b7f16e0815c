import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/model/client.ts';
import type { Effect } from '../../src/protocol/access.ts';
import type { EventOf, NewEvent } from '../../src/protocol/events.ts';
import type { ToolCall } from '../../src/protocol/message.ts';
import { call, reply, scriptedModel } from '../agent/fakes.ts';
import { output, pending, type Workshop, workshop } from './workshop.ts';

const done = [reply({ text: 'Done.' })];
const edit = (id: string, from: string, to: string) =>
  call(id, 'edit_file', { path: 'a.txt', edits: [{ old_text: from, new_text: to }] });
const readA = call('read', 'read_file', { path: 'a.txt' });
const command = (id: string, line: string) => call(id, 'run_command', { command: line });

describe('a session', () => {
  it('is the same from its log as it was live', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'one\n');
    const model = scriptedModel([
      [reply({ reasoning: 'look', calls: [readA] })],
      [reply({ calls: [edit('e', 'one', 'two')] })],
      done,
    ]);
    const session = await shop.start(model, 'edits');
    await session.send('change one to two');
    await session.settled();
    expect(shop.read('a.txt')).toBe('two\n');
    const live = structuredClone({ head: session.transcript.head, items: session.transcript.items });
    await session.close();
    const again = await shop.reopen(session.id, model);
    expect({ head: again.transcript.head, items: again.transcript.items }).toEqual(live);
    expect(again.interrupted).toBe(false);
    expect(live.head).toMatchObject({ status: 'idle', title: 'change one to two', step: 3 });
  });

  it('waits for an approval, and takes it only with the nonce of this very call', async () => {
    await using shop = workshop();
    const session = await shop.start(
      scriptedModel([[reply({ calls: [command('c', 'echo hi > b.txt')] })], done]),
    );
    await session.send('go');
    const asked = await pending(session);
    expect(asked).toMatchObject({ kind: 'approval', callId: 'c' });
    expect(session.approve('c', 'guessed', 'once')).toBe(false);
    expect(session.approve('c', asked.nonce, 'once')).toBe(true);
    expect(session.approve('c', asked.nonce, 'once')).toBe(false);
    await session.settled();
    expect(shop.read('b.txt')).toBe('hi\n');
  });

  it('does nothing when it is denied, and tells the model why', async () => {
    await using shop = workshop();
    const model = scriptedModel([[reply({ calls: [command('c', 'touch b.txt')] })], done]);
    const session = await shop.start(model);
    await session.send('go');
    session.approve('c', (await pending(session)).nonce, 'deny', 'not in this folder');
    await session.settled();
    expect(model.requests[1]?.at(-1)).toMatchObject({ text: expect.stringContaining('not in this folder') });
    expect(() => shop.read('b.txt')).toThrow();
  });

  it('does not ask twice for what was allowed for the session', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'one\n');
    const model = scriptedModel([
      [reply({ calls: [readA] })],
      [reply({ calls: [edit('e1', 'one', 'two')] })],
      [reply({ calls: [edit('e2', 'two', 'three')] })],
      done,
    ]);
    const session = await shop.start(model);
    await session.send('go');
    session.approve('e1', (await pending(session)).nonce, { offer: 0 });
    await session.settled();
    expect(shop.read('a.txt')).toBe('three\n');
  });

  it('refuses an edit of a file that changed since the model read it', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'one\n');
    const model = scriptedModel([
      [reply({ calls: [readA] })],
      async () => {
        shop.write('a.txt', 'one, and mine\n');
        return [reply({ calls: [edit('e', 'one', 'two')] })];
      },
      done,
    ]);
    const session = await shop.start(model, 'all');
    await session.send('go');
    await session.settled();
    expect(shop.read('a.txt')).toBe('one, and mine\n');
  });

  it('stops: the process is gone, and the next message works', async () => {
    await using shop = workshop();
    const model = scriptedModel([
      [reply({ calls: [command('c', 'echo $$ > pid; echo ready; sleep 1000')] })],
      [reply({ text: 'Next.' })],
    ]);
    const session = await shop.start(model, 'all');
    await session.send('go');
    await output(session, 'ready');
    await session.stop();
    expect(session.running).toBe(false);
    expect(() => process.kill(Number(shop.read('pid')), 0)).toThrow();
    expect(session.transcript.head.status).toBe('stopped');
    await session.send('again');
    await session.settled();
    expect(session.transcript.head.status).toBe('idle');
    const roles = model.requests[1]?.map(m => m.role);
    expect(roles).toEqual(['system', 'user', 'assistant', 'tool', 'user']);
  });

  it('says what failed and what to do, and goes on when asked to', async () => {
    await using shop = workshop();
    const failing = () => Promise.reject(new ModelError('network', 'The backend does not answer.'));
    const session = await shop.start(scriptedModel([failing, done]));
    await session.send('go');
    await session.settled();
    expect(session.transcript.items.at(-1)).toMatchObject({
      kind: 'end',
      reason: 'failed',
      failure: { message: 'The backend does not answer.', hint: expect.stringMatching(/\w/) },
    });
    await session.resume();
    await session.settled();
    expect(session.transcript.head.status).toBe('idle');
  });

  it('ends without effect when nobody can answer', async () => {
    await using shop = workshop();
    const model = scriptedModel([[reply({ calls: [command('c', 'touch b.txt')] })]]);
    const session = await shop.start(model, 'ask', { attended: false });
    await session.send('go');
    await session.settled();
    expect(session.transcript.items.at(-1)).toMatchObject({ kind: 'end', reason: 'unanswered' });
  });

  it('asks the person, and the answer reaches the model', async () => {
    await using shop = workshop();
    const question = call('q', 'ask_user', { question: 'Which one?', options: ['left', 'right'] });
    const model = scriptedModel([[reply({ calls: [question] })], done]);
    const session = await shop.start(model);
    await session.send('go');
    const asked = await pending(session);
    expect(session.answer('q', 'guessed', 'left')).toBe(false);
    expect(session.answer('q', asked.nonce, 'left')).toBe(true);
    await session.settled();
    expect(model.requests[1]?.at(-1)).toMatchObject({ role: 'tool', text: expect.stringContaining('left') });
  });

  it('refuses an empty message and loses nothing', async () => {
    await using shop = workshop();
    const session = await shop.start(scriptedModel([]));
    await expect(session.send(' \n')).rejects.toThrow('nothing to send');
    expect((await shop.events(session.id)).map(e => e.type)).toEqual(['session.started']);
  });

  it('is read-only while another window holds it', async () => {
    await using shop = workshop();
    const session = await shop.start(scriptedModel([]));
    const other = await shop.reopen(session.id, scriptedModel([]));
    expect(other.readOnly).toBeTruthy();
    await expect(other.send('go')).rejects.toThrow('on the command line');
    await session.close();
    const third = await shop.reopen(session.id, scriptedModel([]));
    expect(third.readOnly).toBeUndefined();
  });
});

describe('a session that was cut off', () => {
  it('takes a step again that brought no reply, and counts it once', async () => {
    await using shop = workshop();
    const begun = Promise.withResolvers<void>();
    const silent = (_: unknown, signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        begun.resolve();
      });
    const first = await shop.start(scriptedModel([silent]));
    await first.send('go');
    await begun.promise;
    await first.close();
    const session = await shop.reopen(first.id, scriptedModel([done]));
    await session.resume();
    await session.settled();
    expect(session.transcript.items.at(-1)).toMatchObject({ kind: 'end', reason: 'done', steps: 1 });
  });

  it('asks again for what was pending, and goes on', async () => {
    await using shop = workshop();
    const first = await shop.start(scriptedModel([[reply({ calls: [command('c', 'echo hi > b.txt')] })]]));
    await first.send('go');
    const before = await pending(first);
    await first.close();

    const session = await shop.reopen(first.id, scriptedModel([done]));
    expect(session.interrupted).toBe(true);
    expect(session.transcript.head).toMatchObject({ status: 'stopped', pending: [] });
    await session.resume();
    const again = await pending(session);
    expect(again.nonce).not.toBe(before.nonce);
    session.approve('c', again.nonce, 'once');
    await session.settled();
    expect(shop.read('b.txt')).toBe('hi\n');
    expect(session.transcript.head.status).toBe('idle');
  });

  it('asks a question once: an answer that was recorded is not asked for again', async () => {
    await using shop = workshop();
    const ask = call('q', 'ask_user', { question: 'Which?', options: ['a', 'b'] });
    const first = await shop.start(scriptedModel([[reply({ calls: [ask] })]]));
    await first.send('go');
    const before = await pending(first);
    await first.close();
    // Asked anew after a crash, under a new nonce.
    const second = await shop.reopen(first.id, scriptedModel([done]));
    await second.resume();
    const again = await pending(second);
    expect(again).toMatchObject({ kind: 'question', question: 'Which?' });
    expect(second.answer('q', before.nonce, 'a')).toBe(false);
    await second.close();
    // Answered, and gone before the result was there.
    await shop.append(first.id, [{ type: 'question.answered', callId: 'q', answer: 'b' }]);
    const model = scriptedModel([done]);
    const third = await shop.reopen(first.id, model);
    await third.resume();
    await third.settled();
    expect(model.requests[0]?.at(-1)).toMatchObject({ role: 'tool', text: 'b' });
    expect(third.transcript.head).toMatchObject({ status: 'idle', pending: [] });
  });

  it('asks no second time for what was just allowed and had not begun; for anything else it does', async () => {
    await using shop = workshop();
    const go = async (line: string, age: number, shown?: string, waits = 0) => {
      const first = await shop.start(scriptedModel([[reply({ calls: [command('c', line)] })]]));
      await first.send('go');
      await pending(first);
      await first.close();
      const asking = (await shop.events(first.id)).find(event => event.type === 'approval.requested')!;
      const { seq: _seq, at: _at, ...asked } = asking as EventOf<'approval.requested'>;
      const other = { kind: 'command' as const, command: shown ?? '', cwd: shop.work };
      const events: NewEvent[] = [
        shown === undefined ? asked : { ...asked, preview: other },
        { type: 'tool.decided', callId: 'c', verdict: 'allow', by: 'person' },
      ];
      await shop.append(first.id, events, () => Date.now() - age);
      let late = 0;
      const now = () => Date.now() + late;
      const session = await shop.reopen(first.id, scriptedModel([done]), { now });
      late = waits;
      await session.resume();
      const again = await Promise.race([
        pending(session).then(() => true),
        session.settled().then(() => false),
      ]);
      await session.close();
      return again;
    };
    expect(await go('echo 1 > one.txt', 1_000)).toBe(false);
    expect(shop.read('one.txt')).toBe('1\n');
    expect(await go('echo 2 > two.txt', 3_600_000)).toBe(true);
    expect(await go('echo 3 > three.txt', 1_000, 'echo other')).toBe(true);
    // Opened at once, and let go on an hour later.
    expect(await go('echo 4 > four.txt', 1_000, undefined, 3_600_000)).toBe(true);
  });

  it('before its first message was recorded asks the model nothing, and takes the next message', async () => {
    await using shop = workshop();
    const model = scriptedModel([done]);
    const first = await shop.start(model);
    await first.close();
    await shop.append(first.id, [{ type: 'turn.started', turn: 't', maxSteps: 300 }]);
    const session = await shop.reopen(first.id, model);
    await session.resume();
    expect(session).toMatchObject({ running: false, interrupted: false });
    expect(model.requests).toEqual([]);
    await session.send('now');
    await session.settled();
    expect(session.transcript.items.filter(item => item.kind === 'user')).toHaveLength(1);
    expect(session.transcript.head.status).toBe('idle');
  });

  /** The log as a crash leaves it: the intent is on disk, the result is not. */
  async function crashedAt(shop: Workshop, toolCall: ToolCall, effects: Effect[]) {
    const first = await shop.start(scriptedModel([[reply({ calls: [readA] })], done]), 'all');
    await first.send('go');
    await first.settled();
    await first.close();
    const turn = 'crashed';
    const { message, usage, timing } = reply({ calls: [toolCall] });
    const said = { message, usage, timing };
    await shop.append(first.id, [
      { type: 'turn.started', turn, maxSteps: 300 },
      { type: 'user.message', turn, text: 'more', context: [], steer: false },
      { type: 'step.started', turn, step: 1 },
      { type: 'assistant.message', turn, step: 1, contextWindow: 1000, ...said },
      { type: 'tool.intent', callId: toolCall.id, effects },
    ]);
    const model = scriptedModel([done]);
    const session = await shop.reopen(first.id, model);
    expect(session.interrupted).toBe(true);
    await session.resume();
    await session.settled();
    expect(session.transcript.head.status).toBe('idle');
    return model.requests[0]?.at(-1);
  }
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  const editOf = (shop: Workshop, before: string, after: string): Effect[] => [
    { kind: 'file', path: path.join(shop.work, 'a.txt'), before: sha(before), after: sha(after) },
  ];

  it('never runs a command a second time: its outcome is unknown, and the model hears so', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'one\n');
    const line = 'echo run >> runs.txt';
    const effects: Effect[] = [{ kind: 'command', command: line, cwd: shop.work }];
    const told = await crashedAt(shop, command('c', line), effects);
    expect(told).toMatchObject({ text: expect.stringContaining('Outcome unknown') });
    expect(() => shop.read('runs.txt')).toThrow();
  });

  it('makes an edit that had not happened yet', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'one\n');
    await crashedAt(shop, edit('e', 'one', 'two'), editOf(shop, 'one\n', 'two\n'));
    expect(shop.read('a.txt')).toBe('two\n');
  });

  it('leaves an edit that had happened as it is, and says that it is done', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'one\n');
    // Killed as the file had just got its name.
    shop.write(`.ascent-${spawnSync('true').pid}-0123456789ab.tmp`, 'one\n');
    const told = crashedAt(shop, edit('e', 'one', 'one, once more'), editOf(shop, 'zero\n', 'one\n'));
    expect(await told).toMatchObject({ text: expect.stringContaining('Done') });
    expect(shop.read('a.txt')).toBe('one\n');
    expect(readdirSync(shop.work)).toEqual(['a.txt']);
  });

  it('overwrites nothing when the file is neither as before nor as after', async () => {
    await using shop = workshop();
    shop.write('a.txt', 'mine\n');
    const told = crashedAt(shop, edit('e', 'one', 'two'), editOf(shop, 'one\n', 'two\n'));
    expect(await told).toMatchObject({ text: expect.stringContaining('Conflict') });
    expect(shop.read('a.txt')).toBe('mine\n');
  });

  it('says what it cannot know where the file cannot be read any more', async () => {
    await using shop = workshop();
    shop.write('a.txt/b', 'a directory now\n');
    const told = crashedAt(shop, edit('e', 'one', 'two'), editOf(shop, 'one\n', 'two\n'));
    expect(await told).toMatchObject({
      text: expect.stringMatching(/Outcome unknown: .*a\.txt cannot be read now/),
    });
  });

  it('ends the cut-off turn when the person sends something else', async () => {
    await using shop = workshop();
    const first = await shop.start(scriptedModel([[reply({ calls: [command('c', 'touch b.txt')] })]]));
    await first.send('go');
    await pending(first);
    await first.close();
    const model = scriptedModel([done]);
    const session = await shop.reopen(first.id, model);
    await session.send('never mind');
    await session.settled();
    expect(model.requests[0]?.map(m => m.role)).toEqual(['system', 'user', 'assistant', 'tool', 'user']);
    expect(session.transcript.head.status).toBe('idle');
  });
});
