import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/host/textFormat.ts';
import type { Problem } from '../../src/protocol/display.ts';
import { workbench } from './workbench.ts';

const edit = (path: string, old_text: string, new_text: string) => ({
  path,
  edits: [{ old_text, new_text }],
});
const sha = (text: string) => hashOf(Buffer.from(text));

describe('edit_file', () => {
  it('plans the change, then makes it', async () => {
    const { say, plan, run, text, at } = workbench({ 'a.ts': 'one\ntwo\nthree\n' });
    await say('read_file', { path: 'a.ts' });
    const planned = await plan('edit_file', edit('a.ts', 'two', 'zwei\ndrei'));
    const diff = {
      kind: 'diff',
      files: [
        {
          path: 'a.ts',
          change: 'modified',
          hunks: '@@ -1,3 +1,4 @@\n one\n-two\n+zwei\n+drei\n three',
          added: 2,
          removed: 1,
        },
      ],
    };
    expect(planned).toMatchObject({
      title: { ask: 'Edit', busy: 'Editing', done: 'Edited', object: 'a.ts' },
      access: [{ kind: 'write', path: at('a.ts') }],
      effects: [
        {
          kind: 'file',
          path: at('a.ts'),
          before: sha('one\ntwo\nthree\n'),
          after: sha('one\nzwei\ndrei\nthree\n'),
        },
      ],
      preview: diff,
    });
    expect(text('a.ts')).toBe('one\ntwo\nthree\n');
    expect(await run(planned)).toEqual({
      isError: false,
      content: 'Edited a.ts (+2 -1 lines).',
      display: diff,
      seen: [{ path: at('a.ts'), hash: sha('one\nzwei\ndrei\nthree\n') }],
    });
    expect(text('a.ts')).toBe('one\nzwei\ndrei\nthree\n');
    expect(await say('edit_file', edit('a.ts', 'drei', 'trois'))).toBe('Edited a.ts (+1 -1 lines).');
  });

  it.skipIf(process.platform === 'win32')('leaves every byte outside the edit as it was', async () => {
    const { say, at } = workbench({
      crlf: '\ufeffone\r\ntwo\r\nthree',
      latin: Buffer.from('gr\xfc\xdfe\nx', 'latin1'),
      wide: Buffer.from('\ufeffone\r\n漢\r\n', 'utf16le'),
      mixed: 'a\r\nb\nc\r\nd\n',
    });
    chmodSync(at('crlf'), 0o755);
    for (const path of ['crlf', 'latin', 'wide', 'mixed']) await say('read_file', { path });
    await say('edit_file', edit('crlf', 'one\ntwo\n', 'one\nnew\ntwo\n'));
    await say('edit_file', edit('latin', 'x', 'ÿ\n'));
    await say('edit_file', edit('wide', '漢\n', '字\n字\n'));
    await say('edit_file', edit('mixed', 'b', 'B\nB'));
    expect(readFileSync(at('crlf'), 'utf8')).toBe('\ufeffone\r\nnew\r\ntwo\r\nthree');
    expect(statSync(at('crlf')).mode & 0o777).toBe(0o755);
    expect(readFileSync(at('latin'))).toEqual(Buffer.from('gr\xfc\xdfe\n\xff\n', 'latin1'));
    expect(readFileSync(at('wide'))).toEqual(Buffer.from('\ufeffone\r\n字\r\n字\r\n', 'utf16le'));
    expect(readFileSync(at('mixed'), 'utf8')).toBe('a\r\nB\nB\nc\r\nd\n');
  });

  it.skipIf(process.platform === 'win32')(
    'tells where it writes, and permissions that are unusual',
    async () => {
      const { say, plan, at } = workbench({ 'plain.ts': 'x\n', 'run.sh': 'x\n' });
      chmodSync(at('plain.ts'), 0o664);
      chmodSync(at('run.sh'), 0o755);
      symlinkSync('run.sh', at('link'));
      const target = async (path: string) => {
        await say('read_file', { path });
        const { preview } = await plan('edit_file', edit(path, 'x', 'y'));
        return preview?.kind === 'diff' ? preview.files[0]!.target : undefined;
      };
      expect(await target('plain.ts')).toEqual({ path: at('plain.ts') });
      expect(await target('link')).toEqual({ path: at('run.sh'), through: at('link'), mode: '755' });
    },
  );

  it('applies edits in order, each to the result of the one before', async () => {
    const { say, text } = workbench({ a: 'x = 1\ny = x + x\n' });
    await say('read_file', { path: 'a' });
    await say('edit_file', {
      path: 'a',
      edits: [
        { old_text: 'x', new_text: 'count', replace_all: true },
        { old_text: 'count + count', new_text: '2 * $& count' },
      ],
    });
    expect(text('a')).toBe('count = 1\ny = 2 * $& count\n');
  });

  it('does all or nothing, and says what to mend', async () => {
    const { plan, say, text } = workbench({ 'a.ts': 'function area() {\n\treturn 1;\n}\nx\nx\n' });
    await say('read_file', { path: 'a.ts' });
    const failure = async (...edits: object[]) =>
      plan('edit_file', { path: 'a.ts', edits }).then(
        () => 'no failure',
        error => `${error.name}: ${error.message}`,
      );
    expect(await failure({ old_text: 'area', new_text: 'size' }, { old_text: 'x', new_text: 'y' })).toBe(
      'ToolFailure: edits[1]: old_text was found 2 times, at lines 4, 5. Add lines around it until it is unique, or set replace_all. Nothing was written to a.ts.',
    );
    expect(await failure({ old_text: 'function area() {\n  return 1;\n}', new_text: 'y' })).toContain(
      'not found. These lines differ from it in white space only:\n1\tfunction area() {\n2\t\treturn 1;\n3\t}\n',
    );
    expect(await failure({ old_text: 'function aera() {', new_text: 'y' })).toContain(
      'not found. The most similar lines:\n1\tfunction area() {\n',
    );
    expect(await failure({ old_text: '1\tfunction area() {', new_text: 'y' })).toContain(
      'begins with line numbers',
    );
    expect(await failure({ old_text: 'entirely unrelated', new_text: 'y' })).toContain(
      'nor anything like it',
    );
    expect(await failure({ old_text: 'area', new_text: 'area' })).toContain('are the same');
    expect(
      await failure(
        { old_text: 'area', new_text: 'b' },
        { old_text: 'function b', new_text: 'function area' },
      ),
    ).toContain('leave a.ts as it is');
    expect(text('a.ts')).toContain('function area()');
  });

  it('refuses a file that was not read, and shows nothing of it', async () => {
    const { plan } = workbench({ a: 'secret word' });
    await expect(plan('edit_file', edit('a', 'secret wort', 'x'))).rejects.toThrow(
      /^You have not read a yet\. Read it with read_file, then change it\.$/,
    );
    await expect(plan('edit_file', edit('none', 'a', 'b'))).rejects.toThrow('does not exist');
  });

  it('refuses a file that changed since it was read', async () => {
    const { say, plan, put, text } = workbench({ a: 'one\n' });
    await say('read_file', { path: 'a' });
    put({ a: 'two\n' });
    await expect(plan('edit_file', edit('a', 'one', 'x'))).rejects.toThrow('changed since you last read it');
    expect(text('a')).toBe('two\n');
  });

  it('refuses a file that changes between the plan and its run', async () => {
    const { say, plan, run, put, text, at } = workbench({ a: 'one\n' });
    await say('read_file', { path: 'a' });
    const planned = await plan('edit_file', edit('a', 'one', 'x'));
    put({ a: 'one more\n' });
    await expect(run(planned)).rejects.toThrow('nothing was written. Read it again');
    expect(text('a')).toBe('one more\n');
    expect(readdirSync(at())).toEqual(['a']);
  });

  it('changes the file a link leads to, and keeps the link', async () => {
    const { say, at, text } = workbench({ 'real.ts': 'one' });
    symlinkSync('real.ts', at('link.ts'));
    await say('read_file', { path: 'real.ts' });
    expect(await say('edit_file', edit('link.ts', 'one', 'two'))).toBe('Edited real.ts (+1 -1 lines).');
    expect(text('real.ts')).toBe('two');
    expect(
      readdirSync(at(), { withFileTypes: true })
        .find(e => e.name === 'link.ts')
        ?.isSymbolicLink(),
    ).toBe(true);
  });

  it('reports the problems the edit brought, and no others', async () => {
    const problem = (line: number, message: string): Problem => ({
      path: at('a'),
      line,
      severity: 'error',
      message,
      source: 'ts',
    });
    const host = {
      problems: async () => {
        const broken = readFileSync(at('a'), 'utf8').includes('broken');
        return broken ? [problem(3, 'old'), problem(1, 'new'), problem(4, 'old')] : [problem(2, 'old')];
      },
    };
    const { say, call, at } = workbench({ a: 'fine' }, { host });
    await say('read_file', { path: 'a' });
    const result = await call('edit_file', edit('a', 'fine', 'broken'));
    expect(result.content).toBe(
      'Edited a (+1 -1 lines).\nThis brought 2 new problems:\na:1: error: new (ts)\na:4: error: old (ts)',
    );
    expect(result.display).toMatchObject({ problems: [problem(1, 'new'), problem(4, 'old')] });
  });

  it('does not count a file as seen that a formatter changed on saving', async () => {
    const host = {
      write: async (path: string, text: string) => {
        writeFileSync(path, `${text};`);
        return sha(`${text};`);
      },
    };
    const { say, plan } = workbench({ a: 'one' }, { host });
    await say('read_file', { path: 'a' });
    expect(await say('edit_file', edit('a', 'one', 'two'))).toContain('read it before you change it again');
    await expect(plan('edit_file', edit('a', 'two', 'three'))).rejects.toThrow('changed since');
  });
});

describe('write_file', { timeout: 30_000 }, () => {
  it('makes a file and its directories', async () => {
    const { plan, run, text, at } = workbench();
    const planned = await plan('write_file', { path: 'new/dir/a.ts', content: 'one\ntwo' });
    expect(planned).toMatchObject({
      title: { ask: 'Create', object: 'new/dir/a.ts' },
      effects: [{ path: at('new/dir/a.ts'), before: null, after: sha('one\ntwo') }],
      preview: {
        files: [{ change: 'created', hunks: '@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file' }],
      },
    });
    expect(existsSync(at('new'))).toBe(false);
    expect((await run(planned)).content).toBe('Created new/dir/a.ts (+2 -0 lines).');
    expect(text('new/dir/a.ts')).toBe('one\ntwo');
  });

  it('replaces only what was read, keeping line ends, mark and encoding', async () => {
    const { plan, say, at } = workbench({ a: '\ufeffone\r\ntwo\r\n' });
    const input = { path: 'a', content: 'drei\n' };
    await expect(plan('write_file', input)).rejects.toThrow('have not read a yet');
    await say('read_file', { path: 'a' });
    await say('write_file', input);
    expect(readFileSync(at('a'), 'utf8')).toBe('\ufeffdrei\r\n');
  });

  it('says so when nothing would change', async () => {
    const { say, plan } = workbench({ a: 'same' });
    await say('read_file', { path: 'a' });
    expect((await plan('write_file', { path: 'a', content: 'same' })).effects).toEqual([]);
    expect(await say('write_file', { path: 'a', content: 'same' })).toContain('Nothing was written');
  });

  it('does not overwrite what appeared after the plan', async () => {
    const { plan, run, put, text } = workbench();
    const planned = await plan('write_file', { path: 'a', content: 'mine' });
    put({ a: 'theirs' });
    await expect(run(planned)).rejects.toThrow('changed in the meantime');
    expect(text('a')).toBe('theirs');
  });

  it('shows a bounded difference of a large rewrite', async () => {
    const lines = (word: string) => Array.from({ length: 20_000 }, (_, i) => `${word} ${i}`).join('\n');
    const { say, plan } = workbench({ a: lines('old') });
    await say('read_file', { path: 'a' });
    const { preview } = await plan('write_file', { path: 'a', content: lines('new') });
    expect(preview).toMatchObject({ files: [{ added: 20_000, removed: 20_000, cut: true }] });
    expect(JSON.stringify(preview).length).toBeLessThan(50_000);
  });
});
