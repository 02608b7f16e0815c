/** The profile for macOS, read as its kernel would: the last rule that fits a path counts. It cannot run here. */
import { describe, expect, it } from 'vitest';
import { seatbeltProfile } from '../../../src/host/sandbox/seatbelt.ts';
import { guardedNames } from '../../../src/safety/paths/guards.ts';

const facts = {
  roots: ['/Users/me/my "app" (1)', '/Users/me/b'],
  scratch: '/private/var/folders/x/tmp',
  hidden: ['/Users/me/.ssh', '/Users/me/Library/Application Support/Code'],
  names: guardedNames,
  network: false,
  onlyLooks: false,
};
const profile = seatbeltProfile(facts);

/** What the file rules say about an operation on a path. */
function allows(operation: 'file-read*' | 'file-write*', path: string, text = profile): boolean {
  let verdict = true;
  for (const [, action, operations, rest] of text.matchAll(
    /^\((allow|deny) ((?:file-[a-z-]+\*? ?)+)((?:.|\n {2})*)\)$/gm,
  )) {
    if (!operations!.split(' ').includes(operation)) continue;
    const filters = [
      ...rest!.matchAll(/\((subpath|literal|regex) (?:#"((?:\\"|[^"])*)"|"((?:\\.|[^"\\])*)")\)/g),
    ];
    const fits = filters.some(([, kind, regex, quoted]) => {
      const place = quoted?.replace(/\\(.)/g, '$1') ?? '';
      if (kind === 'subpath') return path === place || path.startsWith(`${place}/`);
      return kind === 'literal' ? path === place : new RegExp(regex!).test(path);
    });
    if (fits || filters.length === 0) verdict = action === 'allow';
  }
  return verdict;
}
const root = facts.roots[0]!;

describe('the profile for Seatbelt', () => {
  it.each([
    'a.txt',
    'src/deep/er/new.ts',
    '.git/index',
    '.git/index.lock',
    '.git/objects/ab/cd',
    '.git/refs/heads/x',
    '.git/COMMIT_EDITMSG',
  ])('lets the workspace be written: %s', name =>
    expect(allows('file-write*', `${root}/${name}`)).toBe(true),
  );
  it.each([
    ...[
      '.git',
      '.git/config',
      '.GIT/config',
      '.git/hooks/pre-commit',
      '.git/commondir',
      '.git/modules/a/config',
    ],
    ...[
      'AGENTS.md',
      'sub/agents.MD',
      '.vscode',
      '.vscode/tasks.json',
      'a/.github/workflows/ci.yml',
      'x.code-workspace',
    ],
    ...[
      '.mcp.json',
      '.npmrc',
      '.bashrc',
      '.husky/pre-commit',
      '.cursor-rules',
      'jenkinsfile.old',
      '.env',
      'deep/.env.local',
      'a/server.PEM',
    ],
  ])('refuses to write what steers tools or holds secrets, there or not: %s', name =>
    expect(allows('file-write*', `${root}/${name}`)).toBe(false),
  );
  it.each(['/etc/hosts', '/Users/me/.zshrc', '/Users/me/my', '/Users/me/b2/x', '/Applications/x'])(
    'refuses to write elsewhere: %s',
    path => expect(allows('file-write*', path)).toBe(false),
  );
  it('lets ordinary files be read, and secrets not', () => {
    for (const path of [`${root}/a.txt`, `${root}/AGENTS.md`, `${root}/.env.example`, '/usr/bin/git'])
      expect(allows('file-read*', path), path).toBe(true);
    for (const path of [
      `${root}/.env`,
      `${root}/a/id_rsa`,
      '/Users/me/.ssh/id_rsa',
      `${facts.hidden[1]}/User/x`,
    ])
      expect(allows('file-read*', path), path).toBe(false);
  });
  it('has a /tmp of its own', () => {
    expect(allows('file-write*', `${facts.scratch}/a`)).toBe(true);
    expect(allows('file-write*', '/private/tmp/a')).toBe(false);
  });
  it('gives what only looks a /tmp, and nothing of the workspace to write', () => {
    const looking = seatbeltProfile({ ...facts, onlyLooks: true });
    for (const path of [`${root}/a.txt`, `${root}/.git/index`])
      expect([allows('file-write*', path), allows('file-write*', path, looking)]).toEqual([true, false]);
    expect(allows('file-read*', `${root}/a.txt`, looking)).toBe(true);
    expect(allows('file-read*', `${root}/.env`, looking)).toBe(false);
    expect(allows('file-write*', `${facts.scratch}/a`, looking)).toBe(true);
  });
  it('closes the network unless it is wanted', () => {
    expect(profile).toContain('\n(deny network*)\n');
    expect(seatbeltProfile({ ...facts, network: true })).not.toContain('network*');
  });
  it('is balanced, and uses nothing that only JavaScript knows', () => {
    const text = profile.replace(/#"(?:\\"|[^"])*"|"(?:\\.|[^"\\])*"/g, '');
    expect(text.split('(').length).toBe(text.split(')').length);
    expect(profile).not.toContain('(?');
  });
});
