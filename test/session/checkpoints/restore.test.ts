import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { files, keeper, photograph, place } from './keeper.ts';

const lines = (...change: [number, string][]) => {
  const all = Array.from({ length: 40 }, (_, i) => `line ${i + 1}`);
  for (const [at, text] of change) all[at - 1] = text;
  return `${all.join('\n')}\n`;
};

describe('restore', () => {
  it('gives the exact tree before each of 20 steps, over and over', async () => {
    const where = place();
    const k = keeper(where);
    const w = files(where.work);
    w.write('a.txt', 'a\r\nb\r\n');
    w.write('bom.txt', Buffer.from('\uFEFFhi\r\n', 'utf8'));
    w.write('latin.txt', Buffer.from([0xe9, 0x0a, 0xff]));
    w.write('utf16.txt', Buffer.from('\uFEFFhello\n', 'utf16le'));
    w.write('.gitattributes', '* text=auto eol=lf\n*.txt ident filter=lfs working-tree-encoding=UTF-16\n');
    w.write('keyword.txt', '$Id$\n');
    w.write('run.sh', '#!/bin/sh\n', 0o755);
    symlinkSync('a.txt', w.at('link'));
    w.write('deep/er/x', 'x');
    const before: Record<string, string>[] = [];
    const deeds: (() => void)[] = [
      () => w.write('a.txt', 'a\r\nB\r\n'),
      () => w.write('bom.txt', 'no mark any more\n'),
      () => w.remove('latin.txt'),
      () => w.write('new/deep/file', 'n'),
      () => chmodSync(w.at('a.txt'), 0o755),
      () => chmodSync(w.at('run.sh'), 0o644),
      () => w.remove('link'),
      () => symlinkSync('nowhere', w.at('link')),
      () => w.write('umlaut-ä 漢字 🙂.txt', 'u'),
      () => w.write('new\nline "quoted" \\ back\t.txt', 'odd'),
      () => w.remove('deep'),
      () => w.write('deep', 'a file now'),
      () => w.remove('new'),
      () => w.remove('deep'),
      () => w.write('deep/er/x', 'again'),
      () => w.write('utf16.txt', Buffer.from([0, 1, 2, 3])),
      () => w.write('keyword.txt', '$Id: x $\r\n'),
      () => w.remove('link'),
      () => w.write('-dash *?[glob].txt', 'g'),
      () => w.write('a.txt', ''),
    ];
    for (const deed of deeds) {
      before.push(photograph(where.work));
      await k.step([], deed);
    }
    await k.endTurn();
    const end = photograph(where.work);
    for (const step of [20, 1, 11, 12, 13, 5, 2, 19, 8, 3, 10, 4, 6, 7, 9, 14, 15, 16, 17, 18]) {
      const { conflicts } = await k.restore({ to: { step } });
      expect(conflicts).toEqual([]);
      expect(photograph(where.work)).toEqual(before[step - 1]);
    }
    await k.restore({ to: { step: 21 } });
    expect(photograph(where.work)).toEqual(end);
    await expect(k.restore({ to: { step: 22 } })).rejects.toThrow('last one that changed something is 20');
  });

  it('takes away what a restore that was killed had begun', async () => {
    const where = place();
    const k = keeper(where);
    const w = files(where.work);
    w.write('sub/a.txt', 'one');
    await k.step([], () => w.write('sub/a.txt', 'two'));
    await k.endTurn();
    const left = `sub/.ascent-${spawnSync('true').pid}-0123456789ab.tmp`;
    w.write(left, 'on');
    await k.restore({ to: { step: 1 } });
    expect(existsSync(w.at(left))).toBe(false);
    expect(photograph(where.work)).toMatchObject({ 'sub/a.txt': expect.anything() });
  });

  it('keeps what people edited since, between turns and after the last one', async () => {
    const where = place();
    const k = keeper(where);
    const w = files(where.work);
    w.write('code.txt', lines());
    w.write('other.txt', 'mine\n');
    await k.step([w.at('code.txt')], () => w.write('code.txt', lines([5, 'agent 1'])));
    await k.endTurn();
    w.write('code.txt', lines([5, 'agent 1'], [15, 'person 1']));
    w.write('between.txt', 'person\n');
    await k.step([], () => {
      w.write('code.txt', lines([5, 'agent 1'], [15, 'person 1'], [25, 'agent 2']));
      w.write('made.txt', 'agent\n');
    });
    await k.endTurn();
    w.write('code.txt', lines([5, 'agent 1'], [15, 'person 1'], [25, 'agent 2'], [35, 'person 2']));
    w.write('other.txt', 'still mine\n');

    const { changes, conflicts } = await k.restore({ to: { step: 1 } });
    expect(conflicts).toEqual([]);
    expect(changes.map(c => [c.kind, c.path])).toEqual([
      ['modified', 'code.txt'],
      ['deleted', 'made.txt'],
    ]);
    expect(w.read('code.txt')).toBe(lines([15, 'person 1'], [35, 'person 2']));
    expect(w.read('between.txt')).toBe('person\n');
    expect(w.read('other.txt')).toBe('still mine\n');
  });

  it('reports conflicts and leaves those files as they are', async () => {
    const where = place();
    const k = keeper(where);
    const w = files(where.work);
    w.write('a.txt', 'one\n');
    w.write('b.txt', 'one\n');
    w.write('binary', Buffer.from([0, 1]));
    await k.step([], () => {
      w.write('a.txt', 'two\n');
      w.write('b.txt', 'two\n');
      w.write('binary', Buffer.from([0, 2]));
      w.write('made.txt', 'made\n');
      w.remove('b.txt');
    });
    await k.endTurn();
    w.write('a.txt', 'two, by a person\n');
    w.write('b.txt', 'back, by a person\n');
    w.write('binary', Buffer.from([0, 3]));
    w.write('made.txt', 'made and edited\n');
    const before = photograph(where.work);
    const { changes, conflicts } = await k.restore({ to: { step: 1 } });
    expect(changes).toEqual([]);
    expect(conflicts.map(c => c.path).sort()).toEqual(['a.txt', 'b.txt', 'binary', 'made.txt']);
    expect(photograph(where.work)).toEqual(before);
  });

  it('can be undone, with what people did before it', async () => {
    const where = place();
    const k = keeper(where);
    const w = files(where.work);
    w.write('a.txt', 'one\n');
    await k.step([w.at('a.txt')], () => w.write('a.txt', 'two\n'));
    await k.endTurn();
    w.write('mine.txt', 'mine\n');
    const before = photograph(where.work);
    await k.restore({ to: { step: 1 } });
    expect(w.read('a.txt')).toBe('one\n');
    w.write('later.txt', 'later\n');
    await k.restore({ to: 'beforeRestore' });
    w.remove('later.txt');
    expect(photograph(where.work)).toEqual(before);
  });

  it('takes one file, or some hunks of it', async () => {
    const where = place();
    const k = keeper(where);
    const w = files(where.work);
    w.write('a.txt', lines().replaceAll('\n', '\r\n'));
    w.write('b.txt', 'one\n');
    await k.step([], () => {
      w.write('a.txt', lines([3, 'x'], [20, 'y'], [38, 'z']).replaceAll('\n', '\r\n'));
      w.write('b.txt', 'two\n');
    });
    await k.endTurn();
    const target = { to: { step: 1 }, files: [w.at('a.txt')] };
    expect((await k.preview(target)).changes[0]?.hunks).toHaveLength(3);
    await k.restore({ ...target, hunks: [1] });
    expect(w.read('a.txt')).toBe(lines([3, 'x'], [38, 'z']).replaceAll('\n', '\r\n'));
    await k.restore(target);
    expect(w.read('a.txt')).toBe(lines().replaceAll('\n', '\r\n'));
    expect(w.read('b.txt')).toBe('two\n');
  });

  it('a preview changes nothing', async () => {
    const where = place();
    const k = keeper(where);
    const w = files(where.work);
    await k.step([], () => w.write('a.txt', 'made\n'));
    await k.endTurn();
    const events = k.events.length;
    expect((await k.preview({ to: { step: 1 } })).changes).toMatchObject([
      { kind: 'deleted', path: 'a.txt' },
    ]);
    expect(w.read('a.txt')).toBe('made\n');
    expect(k.events).toHaveLength(events);
  });

  it('removes folders it leaves empty, and no others', async () => {
    const where = place();
    const k = keeper(where);
    const w = files(where.work);
    mkdirSync(w.at('mine/empty'), { recursive: true });
    w.write('mine/kept', '');
    await k.step([], () => {
      w.write('made/by/agent', '');
      w.write('mine/made/too', '');
    });
    await k.endTurn();
    await k.restore({ to: { step: 1 } });
    expect(Object.keys(photograph(where.work))).toEqual(['mine/', 'mine/empty/', 'mine/kept']);
  });

  it('puts a file in the place of folders, unless a file is in them that it did not keep', async () => {
    const where = place();
    const k = keeper(where);
    const w = files(where.work);
    w.write('a', 'a');
    w.write('b', 'b');
    await k.step([], () => {
      w.remove('a');
      mkdirSync(w.at('a/deep/er'), { recursive: true });
      w.remove('b');
      w.write('b/node_modules/x', 'not kept');
    });
    await k.endTurn();
    const { conflicts } = await k.restore({ to: { step: 1 } });
    expect(w.read('a')).toBe('a');
    expect(w.read('b/node_modules/x')).toBe('not kept');
    expect(conflicts).toMatchObject([{ path: 'b', reason: 'a folder that is not empty has its name now' }]);
  });

  it('never writes through a folder that has become a link', async () => {
    const where = place();
    const outside = place();
    const k = keeper(where);
    const w = files(where.work);
    w.write('folder/a.txt', 'one\n');
    await k.step([], () => w.write('folder/a.txt', 'two\n'));
    await k.endTurn();
    files(outside.work).write('a.txt', 'two\n');
    w.remove('folder');
    symlinkSync(outside.work, w.at('folder'));
    const { conflicts } = await k.restore({ to: { step: 1 } });
    expect(conflicts).toHaveLength(1);
    expect(files(outside.work).read('a.txt')).toBe('two\n');
  });

  it('keeps modes beyond the executable bit', async () => {
    const where = place();
    const k = keeper(where);
    const w = files(where.work);
    w.write('secret', 'one', 0o600);
    await k.step([], () => w.write('secret', 'two'));
    await k.endTurn();
    await k.restore({ to: { step: 1 } });
    expect(photograph(where.work).secret).toMatch(/^600 /);
    expect(existsSync(w.at('secret'))).toBe(true);
  });
});
