import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryOf } from '../../../src/session/checkpoints/repository.ts';
import { files, git, keeper, photograph, place } from './keeper.ts';

const MB = 1024 * 1024;

/** Numbers below `n`, the same in each run. */
const seeded = (seed: number) => (n: number) => {
  seed = (seed * 1103515245 + 12345) % 2 ** 31;
  return (seed >> 8) % n;
};
const isFile = (file: string) => {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isDirectory();
};

async function aSecondBegins(): Promise<void> {
  const second = () => Math.floor(Date.now() / 1000);
  for (const now = second(); second() === now; ) await new Promise(resolve => setImmediate(resolve));
}

describe('a checkpoint', () => {
  it('touches nothing of the repository it works in', async () => {
    const where = place();
    const w = files(where.work);
    git(where.work, 'init', '-q');
    w.write('a.txt', 'one\r\n');
    w.write('staged.txt', 's');
    git(where.work, 'add', '.');
    git(where.work, 'commit', '-qm', 'first');
    w.write('a.txt', 'stashed');
    git(where.work, 'stash');
    w.write('staged.txt', 'staged');
    git(where.work, 'add', '.');
    // Things of theirs that would run, or change bytes, if they took part.
    for (const hook of ['pre-commit', 'post-index-change', 'reference-transaction', 'post-checkout'])
      w.write(`.git/hooks/${hook}`, `#!/bin/sh\ntouch "${where.work}/HOOK-RAN"\n`, 0o755);
    git(where.work, 'config', 'core.fsmonitor', `touch ${where.work}/MONITOR-RAN`);
    git(where.work, 'config', 'filter.x.clean', `touch ${where.work}/FILTER-RAN`);
    git(where.work, 'config', 'core.autocrlf', 'input');
    w.write('.gitattributes', '*.txt filter=x text\n');
    const theirs = photograph(w.at('.git'));

    const k = keeper(where);
    const before = photograph(where.work);
    await k.step([], () => w.write('a.txt', 'two'));
    await k.endTurn();
    expect(photograph(w.at('.git'))).toEqual(theirs);
    await k.restore({ to: { step: 1 } });
    expect(photograph(where.work)).toEqual(before);
  });

  it('sees an edit of the same size in the second in which the file was written, also when the index is rewritten', async () => {
    const where = place();
    const w = files(where.work);
    // Looked into anew each time, which writes the index.
    git(where.work, 'init', '-q', 'empty');
    const k = keeper(where);
    await aSecondBegins();
    w.write('x', 'before');
    await k.step([], () => w.write('x', 'after!'));
    await aSecondBegins();
    await k.endTurn();
    expect((await k.preview({ to: { step: 1 } })).changes.map(c => c.path)).toEqual(['x']);
  });

  it('keeps very many new files in one pack, and each comes back', async () => {
    const where = place();
    const w = files(where.work);
    for (let at = 0; at < 300; at++) w.write(`many/${at}.txt`, `${at}\n`);
    w.write('many/empty', '');
    const k = keeper(where);
    const before = photograph(where.work);
    await k.step([], () => rmSync(w.at('many'), { recursive: true }));
    await k.endTurn();
    const objects = path.join(repositoryOf(where.state, where.work).directory, 'objects');
    const kept = readdirSync(objects, { recursive: true, encoding: 'utf8' });
    expect(kept.filter(name => name.endsWith('.pack'))).toHaveLength(1);
    expect(kept.length).toBeLessThan(40);
    await k.restore({ to: { step: 1 } });
    expect(photograph(where.work)).toEqual(before);
  });

  it('is not swayed by configuration in the environment', async () => {
    const where = place();
    const w = files(where.work);
    w.write('home/.gitconfig', `[core]\n\tautocrlf = true\n\texcludesFile = ${w.at('ignore')}\n`);
    w.write('home/.config/git/ignore', 'b.txt\n');
    w.write('home/.config/git/attributes', '* text eol=lf\n');
    w.write('ignore', 'a.txt\n');
    const old = { ...process.env };
    Object.assign(process.env, {
      HOME: w.at('home'),
      XDG_CONFIG_HOME: w.at('home/.config'),
      GIT_DIR: '/nowhere',
      GIT_INDEX_FILE: '/nowhere',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.excludesFile',
      GIT_CONFIG_VALUE_0: w.at('ignore'),
    });
    try {
      const k = keeper(where);
      w.write('a.txt', 'a\r\n');
      w.write('b.txt', 'b\r\n');
      const before = photograph(where.work);
      await k.step([], () => {
        w.remove('a.txt');
        w.remove('b.txt');
      });
      await k.endTurn();
      await k.restore({ to: { step: 1 } });
      expect(photograph(where.work)).toEqual(before);
    } finally {
      process.env = old;
    }
  });

  it('holds the files of nested repositories and submodules, and leaves their .git alone', async () => {
    const where = place();
    const w = files(where.work);
    git(where.work, 'init', '-q');
    for (const name of ['library', 'nested', 'nested/deeper', 'empty']) {
      w.write(`${name}/x`, '');
      git(w.at(name), 'init', '-q');
      w.write(`${name}/x`, name);
      w.write(`${name}/.gitignore`, 'ignored\n');
      w.write(`${name}/ignored`, 'i');
      if (name !== 'nested/deeper') git(w.at(name), 'add', 'x');
      if (name !== 'nested/deeper') git(w.at(name), 'commit', '-qm', 'x');
    }
    w.remove('empty/x');
    w.remove('empty/.gitignore');
    w.remove('empty/ignored');
    git(
      where.work,
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      w.at('library'),
      'sub',
    );
    const k = keeper(where);
    const before = photograph(where.work);
    await k.step([], () => {
      w.write('nested/x', 'changed');
      w.write('nested/new', 'new');
      w.write('nested/deeper/x', 'changed');
      w.write('sub/x', 'changed');
    });
    await k.step([], () => w.remove('nested/deeper/x'));
    await k.endTurn();
    expect((await k.preview({ to: { step: 1 } })).changes.map(c => c.path)).toEqual([
      'nested/deeper/x',
      'nested/new',
      'nested/x',
      'sub/x',
    ]);
    await k.restore({ to: { step: 1 } });
    expect(photograph(where.work)).toEqual(before);
  });

  it('covers several roots, each with its own state', async () => {
    const [one, two] = [place(), place()];
    const k = keeper(one, { roots: [one.work, two.work, path.join(one.work, 'inside')] });
    files(one.work).write('inside/a', '1');
    files(two.work).write('a', '1');
    await k.step([], () => {
      files(one.work).write('inside/a', '2');
      files(two.work).write('a', '2');
    });
    await k.endTurn();
    expect(k.fold.taken[0]?.roots).toHaveLength(2);
    await k.restore({ to: { step: 1 } });
    expect([files(one.work).read('inside/a'), files(two.work).read('a')]).toEqual(['1', '1']);
  });

  it('covers the roots that are there when one of them is not', async () => {
    const [one, two] = [place(), place()];
    const k = keeper(one, { roots: [one.work, two.work, path.join(one.work, '..', 'unmounted')] });
    files(one.work).write('a', '1');
    files(two.work).write('deep/a', '1');
    await k.step([], () => files(one.work).write('a', '2'));
    await k.step([], () => rmSync(two.work, { recursive: true }));
    await k.endTurn();
    expect(k.events.filter(e => e.type === 'notice')).toEqual([]);
    const { conflicts } = await k.restore({ to: { step: 1 } });
    expect(conflicts).toEqual([]);
    expect([files(one.work).read('a'), files(two.work).read('deep/a')]).toEqual(['1', '1']);
  });

  it('holds what commands changed, whatever it was', async () => {
    const where = place();
    const w = files(where.work);
    w.write('a.txt', 'a\n');
    w.write('tree/b.txt', 'b\n');
    const k = keeper(where);
    const before = photograph(where.work);
    await k.step([], () =>
      execFileSync('bash', ['-c', 'sed -i s/a/A/ a.txt; rm -r tree; ln -s a.txt l; mkdir n; mv a.txt n/'], {
        cwd: where.work,
      }),
    );
    await k.endTurn();
    await k.restore({ to: { step: 1 } });
    expect(photograph(where.work)).toEqual(before);
  });

  it('is the same whether the tree was patched or made anew, after any changes', async () => {
    const where = place();
    const w = files(where.work);
    const random = seeded(7);
    const names = [
      'a',
      'b',
      'd',
      'd/a',
      'd/b',
      'd/e',
      'd/e/a',
      'f/g/h',
      'a.b',
      'a-b',
      'd.x',
      'é',
      'ignored/x',
    ];
    w.write('.gitignore', 'ignored\n');
    const k = keeper(where);
    for (let round = 1; round <= 40; round++) {
      for (let change = 0; change < 3; change++) {
        const name = names[random(names.length)]!;
        // Now and then a file stands where a folder should be, or the other way round.
        const remove = () => rmSync(w.at(name), { recursive: true, force: true });
        const blocked = [...name].some((c, i) => c === '/' && isFile(w.at(name.slice(0, i))));
        if (blocked) continue;
        remove();
        if (random(3) > 0) w.write(name, `${random(4)}`, random(2) ? 0o755 : 0o644);
        else if (random(3) === 0) symlinkSync('a', w.at(name.includes('/') ? 'link' : name), 'file');
        rmSync(w.at('link'), { force: true });
      }
      await k.step([], () => {});
      if (round % 5) continue;
      const other = keeper({ ...where, state: `${where.state}-${round}` });
      await other.step([], () => {});
      expect(k.fold.taken.at(-1)?.roots[0]?.tree).toBe(other.fold.taken.at(-1)?.roots[0]?.tree);
    }
  });

  it('sees a change that keeps size and time, made right after the look', async () => {
    const where = place();
    const w = files(where.work);
    w.write('a.txt', 'one');
    const k = keeper(where);
    for (const text of ['two', 'six', 'ten']) await k.step([], () => w.write('a.txt', text));
    await k.endTurn();
    // Another session begins with a copy of what the first one saw.
    const other = keeper(where, { session: 's2' });
    await other.step([], () => w.write('a.txt', 'odd'));
    await other.endTurn();
    for (const [step, text] of [
      [3, 'six'],
      [2, 'two'],
      [1, 'one'],
    ] as const) {
      await k.restore({ to: { step } });
      // What the other session did is a later edit: it does not go together with this one.
      expect(w.read('a.txt')).toBe('odd');
      await other.restore({ to: { step: 1 } });
      await k.restore({ to: { step } });
      expect(w.read('a.txt')).toBe(text);
      await k.restore({ to: 'beforeRestore' });
      await other.restore({ to: 'beforeRestore' });
    }
  });
});

describe('what is left out', () => {
  it('is what .gitignore names and what is too large, unless the agent edits it', async () => {
    const where = place();
    const w = files(where.work);
    w.write('.gitignore', 'out/\n.env\n');
    w.write('out/built', 'old');
    w.write('.env', 'KEY=1');
    w.write('node_modules/x/index.js', 'x');
    w.write('large', Buffer.alloc(10 * MB + 1));
    w.write('larger', Buffer.alloc(10 * MB + 1));
    const k = keeper(where);
    await k.step([], () => w.write('out/built', 'by a command'));
    await k.step([w.at('.env')], () => w.write('.env', 'KEY=2'));
    await k.step([w.at('out/new')], () => w.write('out/new', 'new'));
    await k.step([w.at('large')], () => w.write('large', 'small now'));
    await k.step([], () => {
      w.write('node_modules/x/index.js', 'y');
      w.write('larger', 'changed by a command');
    });
    await k.endTurn();
    const { changes, conflicts } = await k.restore({ to: { step: 1 } });
    expect(changes.map(c => [c.kind, c.path])).toEqual([
      ['modified', '.env'],
      ['modified', 'large'],
      ['deleted', 'out/new'],
    ]);
    expect(conflicts).toMatchObject([{ path: 'larger', reason: 'its content was not kept at that step' }]);
    expect(w.read('.env')).toBe('KEY=1');
    expect(w.read('out/built')).toBe('by a command');
    expect(w.read('larger')).toBe('changed by a command');
    expect(w.read('large')).toHaveLength(10 * MB + 1);
  });

  it('covers a file that only a later call of the same step edits', async () => {
    const where = place();
    const w = files(where.work);
    w.write('.gitignore', '.env\n');
    w.write('.env', 'KEY=1');
    w.write('a.txt', '1');
    const k = keeper(where);
    await k.step([w.at('a.txt')], () => w.write('a.txt', '2'));
    const effects = [{ kind: 'file' as const, path: w.at('.env'), before: '', after: '' }];
    expect(await k.taking.before('t1', 1, effects)).toMatchObject([{ type: 'checkpoint.taken', step: 1 }]);
    const again = [{ ...effects[0]!, path: w.at('a.txt') }];
    expect(await k.taking.before('t1', 1, again)).toEqual([]);
  });

  it('is not deleted when a step takes it out of .gitignore', async () => {
    const where = place();
    const w = files(where.work);
    w.write('.gitignore', 'notes/\n');
    w.write('notes/mine', 'precious');
    const k = keeper(where);
    await k.step([w.at('.gitignore')], () => w.write('.gitignore', ''));
    await k.endTurn();
    await k.restore({ to: { step: 1 } });
    expect(w.read('.gitignore')).toBe('notes/\n');
    expect(w.read('notes/mine')).toBe('precious');
  });

  it('is not overwritten when a file grows too large to be kept', async () => {
    const where = place();
    const w = files(where.work);
    w.write('log', 'small');
    const k = keeper(where);
    await k.step([], () => truncateSync(w.at('log'), 11 * MB));
    await k.endTurn();
    expect((await k.restore({ to: { step: 1 } })).conflicts).toHaveLength(1);
    expect(photograph(where.work).log).toBeDefined();
  });

  it('is where the sessions lie, when that is in the workspace', async () => {
    const where = place();
    const w = files(where.work);
    const k = keeper({ ...where, state: w.at('state') });
    await k.step([], () => w.write('a', '1'));
    await k.endTurn();
    expect((await k.preview({ to: { step: 1 } })).changes.map(c => c.path)).toEqual(['a']);
  });
});

describe('when it takes too long', () => {
  it('goes on behind; edits can be undone all the same', async () => {
    const where = place();
    const w = files(where.work);
    w.write('a.txt', 'one');
    w.write('b.txt', 'one');
    const k = keeper(where, { patienceMs: 0 });
    await k.step([w.at('a.txt')], () => {
      w.write('a.txt', 'two');
      w.write('b.txt', 'two');
    });
    expect(k.events.find(e => e.type === 'notice')).toMatchObject({ code: 'checkpoint' });
    expect(k.fold.taken[0]?.roots).toMatchObject([{ whole: false }]);
    await k.step([w.at('made.txt')], () => w.write('made.txt', 'made'));
    await k.endTurn();
    const { changes } = await k.restore({ to: { step: 1 } });
    expect(changes.map(c => c.path)).toEqual(['a.txt', 'made.txt']);
    expect([w.read('a.txt'), w.read('b.txt')]).toEqual(['one', 'two']);
  });
});

describe('when it fails', () => {
  it('says so once, and takes the next one that works', async () => {
    const where = place();
    const w = files(where.work);
    w.write('a.txt', 'one');
    writeFileSync(where.state, 'a file where the folder should be');
    const k = keeper(where);
    await k.step([], () => w.write('a.txt', 'two'));
    await k.step([], () => w.write('a.txt', 'three'));
    expect(k.events.filter(e => e.type === 'notice')).toHaveLength(1);
    await rename(where.state, `${where.state}.old`);
    await k.step([], () => w.write('a.txt', 'four'));
    await k.endTurn();
    await k.restore({ to: { step: 3 } });
    expect(w.read('a.txt')).toBe('three');
  });

  it('says that git is missing', async () => {
    const where = place();
    const old = process.env.PATH;
    process.env.PATH = where.state;
    try {
      const k = keeper(where);
      await k.step([], () => {});
      expect(k.events.find(e => e.type === 'notice')).toMatchObject({
        text: expect.stringContaining('git was not found'),
      });
    } finally {
      process.env.PATH = old;
    }
  });

  it.skipIf(process.getuid?.() === 0)('holds the others when one file may not be read', async () => {
    const where = place();
    const w = files(where.work);
    w.write('a.txt', 'one');
    w.write('locked', 'x');
    chmodSync(w.at('locked'), 0);
    const k = keeper(where);
    await k.step([], () => w.write('a.txt', 'two'));
    await k.endTurn();
    await k.restore({ to: { step: 1 } });
    expect(w.read('a.txt')).toBe('one');
  });
});
