import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { workbench } from './workbench.ts';

const tree = {
  '.gitignore': 'dist/\n',
  'dist/out.js': 'const answer = 42',
  'src/a.ts': 'const answer = 42;\nf(answer);\n',
  'src/deep/b.ts': 'answer',
  '.env': 'KEY=answer',
  'README.md': 'The answer.',
};

describe('list_files', () => {
  it('lists one level, or several without opening what is ignored', async () => {
    const { say, at } = workbench(tree);
    mkdirSync(at('empty'));
    expect(await say('list_files', {})).toBe('.env\n.gitignore\nREADME.md\ndist/\nempty/\nsrc/');
    expect(await say('list_files', { depth: 3 })).toBe(
      [
        '.env',
        '.gitignore',
        'README.md',
        'dist/ [empty or ignored]',
        'empty/ [empty or ignored]',
        'src/',
        '  a.ts',
        '  deep/',
        '    b.ts',
      ].join('\n'),
    );
    expect(await say('list_files', { path: 'empty' })).toBe('[the directory is empty]');
  });

  it('stops at its limit', async () => {
    const files = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`f${i}`, '']));
    const lines = (await workbench(files).say('list_files', {})).split('\n');
    expect(lines).toHaveLength(501);
    expect(lines.at(-1)).toContain('only the first 500');
  });

  it('fails with what to do next', async () => {
    const { call } = workbench(tree);
    await expect(call('list_files', { path: 'README.md' })).rejects.toThrow('not a directory');
    await expect(call('list_files', { path: 'none' })).rejects.toThrow('does not exist');
  });
});

describe('find_files', () => {
  it('gives paths from the workspace folder on', async () => {
    const { call, say } = workbench(tree);
    expect(await call('find_files', { globs: ['*.ts'], path: 'src' })).toEqual({
      isError: false,
      content: 'src/a.ts\nsrc/deep/b.ts',
      display: { kind: 'paths', paths: ['src/a.ts', 'src/deep/b.ts'], count: 2, limited: false },
    });
    expect(await say('find_files', { globs: ['*.py'] })).toBe(
      'No file below . matches. Ignored files are not looked at.',
    );
  });
});

describe('search_text', () => {
  it('leaves files that hold secrets out, by any of their names, and counts none of them', async () => {
    const secrets = ['.env.production', 'certs/Server.PEM', 'credentials.prod.json', '.aws/config', 'a_rsa'];
    const more = [
      '.docker/config.json',
      'deep/.ssh/sub/notes',
      'secrets.dev.yml',
      'bot_history/x.git/config',
    ];
    const files = Object.fromEntries([...secrets, ...more].map(name => [name, 'needle']));
    const { say } = workbench({ ...files, '.env.example': 'needle', 'src/config.json': 'needle' });
    expect(await say('search_text', { pattern: 'needle', max: 2 })).toBe(
      '.env.example:1: needle\nsrc/config.json:1: needle',
    );
  });

  it('gives matches by place, without the files that hold keys', async () => {
    const { plan, run } = workbench(tree);
    const planned = await plan('search_text', { pattern: 'answer' });
    expect(planned.title).toMatchObject({
      ask: 'Search',
      busy: 'Searching',
      done: 'Searched',
      object: 'answer',
    });
    const lines = [
      'README.md:1: The answer.',
      'src/a.ts:1: const answer = 42;',
      'src/a.ts:2: f(answer);',
      'src/deep/b.ts:1: answer',
    ].join('\n');
    expect(await run(planned)).toEqual({
      isError: false,
      content: lines,
      display: { kind: 'matches', pattern: 'answer', count: 4, files: 3, sample: lines, limited: false },
    });
  });

  it('searches a file that holds keys only when it is named, so that it is judged', async () => {
    const { plan, run, at } = workbench(tree);
    const planned = await plan('search_text', { pattern: 'answer', path: '.env' });
    expect(planned.access).toEqual([{ kind: 'read', path: at('.env') }]);
    expect((await run(planned)).content).toBe('.env:1: KEY=answer');
  });

  it('takes a pattern for plain text when it is no regular expression', async () => {
    const { say, call } = workbench(tree);
    expect(await say('search_text', { pattern: 'f(' })).toBe(
      'src/a.ts:2: f(answer);\n[not a valid regular expression: searched for it as plain text]',
    );
    await expect(call('search_text', { pattern: 'f(', regex: true })).rejects.toThrow('unclosed group');
  });

  it('says when there is nothing, and when there is more', async () => {
    const { say } = workbench(tree);
    expect(await say('search_text', { pattern: 'nowhere' })).toMatch(/^No match\./);
    expect(await say('search_text', { pattern: 'answer', globs: ['*.ts'], max: 1 })).toMatch(
      /^src\/.*\n\[only the first 1 match; narrow the search\]$/,
    );
    expect(await say('search_text', { pattern: 'ANSWER', path: 'src/deep', case_sensitive: false })).toBe(
      'src/deep/b.ts:1: answer',
    );
  });

  it('keeps within its size', async () => {
    const { say } = workbench({ a: `${'x'.repeat(390)}\n`.repeat(1_000) });
    const content = await say('search_text', { pattern: 'x', max: 1_000 });
    expect(content.length).toBeLessThan(33_000);
    expect(content).toMatch(/\[only the first \d+ matches; narrow the search\]$/);
  });
});
