import { mkdirSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ToolFailure } from '../../src/tools/tool.ts';
import { workbench } from './workbench.ts';

describe('read_file', () => {
  it('gives numbered lines, and says what it is about to do', async () => {
    const { plan, run, at, host } = workbench({ 'src/größe ☃.ts': 'one\r\ntwo\r\n' });
    const planned = await plan('read_file', { path: './src/größe ☃.ts' });
    expect(planned).toMatchObject({
      title: { ask: 'Read', busy: 'Reading', done: 'Read', object: 'src/größe ☃.ts' },
      access: [{ kind: 'read', path: at('src/größe ☃.ts') }],
      effects: [],
    });
    const { hash } = await host.read(at('src/größe ☃.ts'));
    expect(await run(planned)).toEqual({
      isError: false,
      content: '1\tone\n2\ttwo',
      display: { kind: 'file', path: 'src/größe ☃.ts', firstLine: 1, lastLine: 2, totalLines: 2 },
      seen: [{ path: at('src/größe ☃.ts'), hash }],
    });
  });

  it('gives a part, and says how to go on', async () => {
    const { say, plan } = workbench({
      a: Array.from({ length: 2_500 }, (_, i) => `line ${i + 1}`).join('\n'),
    });
    expect(await say('read_file', { path: 'a', start_line: 3, end_line: 4 })).toBe(
      '3\tline 3\n4\tline 4\n[the file has 2500 lines]',
    );
    expect((await plan('read_file', { path: 'a', start_line: 3, end_line: 4 })).title.detail).toBe(
      'lines 3-4',
    );
    expect(await say('read_file', { path: 'a' })).toMatch(
      /\n2000\tline 2000\n\[lines 1-2000 of 2500; go on with start_line 2001\]$/,
    );
    expect(await say('read_file', { path: 'a', start_line: 2_499 })).toBe('2499\tline 2499\n2500\tline 2500');
  });

  it('keeps within its size, whatever the lines hold', async () => {
    const { say } = workbench({
      wide: `${'漢'.repeat(1_000)}\n`.repeat(100),
      long: `x${'y'.repeat(100_000)}`,
    });
    const wide = await say('read_file', { path: 'wide' });
    expect(Buffer.byteLength(wide)).toBeLessThan(66_000);
    expect(wide).toMatch(/\[lines 1-21 of 100; go on with start_line 22\]$/);
    expect(await say('read_file', { path: 'long' })).toMatch(/y \[… 98,001 characters cut\]$/);
  });

  it('shows what hides in a file', async () => {
    const { say } = workbench({ a: 'a\x1b[0m\u202eb\rc\n' });
    expect(await say('read_file', { path: 'a' })).toBe('1\ta\\u{1b}[0m\\u{202e}b\\u{d}c');
  });

  it('says so when there is nothing in the file', async () => {
    const { say } = workbench({ a: '' });
    expect(await say('read_file', { path: 'a' })).toBe('[the file is empty]');
  });

  it('fails with what to do next', async () => {
    const { call, at, put } = workbench({ 'src/deep/util.ts': 'x', binary: Buffer.from([0, 1]) });
    const failure = (input: object) => call('read_file', input).catch(error => error);
    put({ 'large.txt': 'x'.repeat(21 * 1024 * 1024) });
    mkdirSync(at('directory'));
    for (const [input, words] of [
      [{ path: 'src/util.ts' }, 'src/util.ts does not exist. There is: src/deep/util.ts.'],
      [{ path: 'nothing[0].ts' }, 'does not exist. Look with find_files or list_files.'],
      [{ path: 'directory' }, 'use list_files'],
      [{ path: 'binary' }, 'not a text file'],
      [{ path: 'large.txt' }, 'too large to be read whole. Use search_text'],
      [{ path: 'src/deep/util.ts', start_line: 9 }, 'has only 1 lines; start_line is 9'],
      [{ path: 'src/deep/util.ts', start_line: 9, end_line: 3 }, 'end_line (3) lies before start_line (9)'],
      [{ path: '~/x' }, '"~" is not expanded'],
      [{ path: 'a\0b' }, 'NUL'],
    ] as const) {
      const error = await failure(input);
      expect(error).toBeInstanceOf(ToolFailure);
      expect(error.message).toContain(words);
    }
  });

  it('follows a link to where it leads, and remembers that file', async () => {
    const { at, plan, run } = workbench({ 'real.ts': 'x' });
    symlinkSync('real.ts', at('link.ts'));
    const planned = await plan('read_file', { path: 'link.ts' });
    expect(planned).toMatchObject({ title: { object: 'real.ts' }, access: [{ path: at('link.ts') }] });
    expect((await run(planned)).seen).toMatchObject([{ path: at('real.ts') }]);
  });

  it('does not follow a link that was turned after it was judged', async () => {
    const { at, plan, run } = workbench({ 'a.ts': 'x', 'secret.ts': 'y', 'b.ts': 'z' });
    const planned = await plan('read_file', { path: 'a.ts' });
    const { rmSync } = await import('node:fs');
    rmSync(at('a.ts'));
    symlinkSync('secret.ts', at('a.ts'));
    await expect(run(planned)).rejects.toThrow('leads elsewhere');
  });
});

describe('several folders', () => {
  it('are told apart by their names', async () => {
    const { say, plan } = workbench(
      { 'app/a.ts': 'in app', 'lib/a.ts': 'in lib' },
      { roots: ['app', 'lib'] },
    );
    expect(await say('read_file', { path: 'a.ts' })).toBe('1\tin app');
    expect(await say('read_file', { path: 'lib/a.ts' })).toBe('1\tin lib');
    expect((await plan('read_file', { path: 'lib/a.ts' })).title.object).toBe('lib/a.ts');
    expect((await plan('read_file', { path: 'a.ts' })).title.object).toBe('app/a.ts');
  });

  it('may be none: then only absolute paths lead anywhere', async () => {
    const { plan, say, at } = workbench({ a: 'x' }, { roots: [] });
    await expect(plan('read_file', { path: 'a' })).rejects.toThrow('No folder is open');
    expect(await say('read_file', { path: at('a') })).toBe('1\tx');
  });
});
