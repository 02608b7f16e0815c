/** What ordinary work in the sandbox can do, and what becomes of what it must not. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNodeHost } from '../../../src/host/nodeHost.ts';
import type { SandboxOptions } from '../../../src/host/sandbox/sandbox.ts';
import { box, noSandbox } from './box.ts';

const why = await noSandbox();

describe.skipIf(why)(`in the sandbox${why ? ` (skipped: ${why})` : ''}`, { timeout: 60_000 }, () => {
  it('a command writes the workspace and a /tmp that lasts, and nothing else', async () => {
    const { run, at, directory } = box();
    const first = await run('echo made > a.txt && mkdir d && echo kept > /tmp/b && echo out > ../c');
    expect(first.output).toContain('Read-only file system');
    expect(readFileSync(at('a.txt'), 'utf8')).toBe('made\n');
    expect((await run('cat /tmp/b')).output).toBe('kept\n');
    expect(existsSync(path.join(directory, 'c'))).toBe(false);
    expect(existsSync('/tmp/b')).toBe(false);
  });

  it('one that only looks writes nothing of the workspace, and a /tmp', async () => {
    const { run, at } = box({ 'project/a.txt': 'a', 'project/sub/.env': 'KEY', 'project/.npmrc': 'foo=bar' });
    const only = { unasked: true };
    const tried = await run(
      'cat a.txt; echo x > a.txt; mkdir d; git config a.b c; cat sub/.env .npmrc',
      only,
    );
    expect(tried.output).toMatch(
      /^a.*a\.txt: Read-only.*cannot create directory.*: Read-only.*config.*Read-only.*\.env: Perm.*foo=bar$/s,
    );
    expect(tried.sandbox).toEqual({ network: false, takenBack: [] });
    expect((await run('echo kept > /tmp/b; cat /tmp/b', only)).output).toBe('kept\n');
    // Nothing had to be held in its place for that.
    expect((await run('ls -A; ls .git', only)).output).not.toMatch(/vscode|commondir/);
    expect(readFileSync(at('a.txt'), 'utf8')).toBe('a');
  });

  it('git commits, and its configuration and hooks stay', async () => {
    const { run, at } = box({ 'project/a.txt': 'a' });
    const before = readFileSync(at('.git/config'), 'utf8');
    const { exitCode, output } = await run(
      'git add -A && git commit -qm one && git branch other && git stash list && git log --format=%s && git gc -q',
    );
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: 'one\n' });
    await run('git config core.fsmonitor ./evil; git config --local core.hooksPath .; git remote add o .');
    expect(readFileSync(at('.git/config'), 'utf8')).toBe(before);
    expect(readdirSync(at('.git'))).not.toContain('commondir');
    // And it is an ordinary repository afterwards.
    execFileSync('git', ['-C', at(), 'fsck'], { stdio: 'ignore' });
  });

  it('npm runs the tests of a project, with its .npmrc', async () => {
    const { run } = box({
      'project/package.json': '{"scripts":{"test":"node -e \\"console.log(process.env.npm_config_foo)\\""}}',
      'project/.npmrc': 'foo=bar\n',
    });
    const { exitCode, output } = await run('npm test --silent');
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: 'bar\n' });
  });

  it('hundreds of secrets and control files are guarded by their directories', async () => {
    const many = (count: number, name: (i: number) => string, text: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`project/${name(i)}`, text]));
    const { run } = box({
      ...many(450, i => `certs/${i}.pem`, 'KEY'),
      ...many(300, i => `docs/${i}.instructions.md`, 'obey'),
      'project/.env': 'KEY',
      'project/AGENTS.md': 'obey',
      'project/src/a.txt': 'a',
    });
    const { output } = await run(
      'cat certs/1.pem .env src/a.txt; echo x > docs/1.instructions.md; echo x > AGENTS.md; echo b > src/b; cat src/b',
    );
    expect(output).not.toContain('KEY');
    expect(output).toMatch(/certs\/1\.pem: Permission denied[\s\S]*\.env: Permission denied\na/);
    expect(output).toMatch(/docs\/1\.instructions\.md: Read-only[\s\S]*AGENTS\.md: Read-only[\s\S]*b\n$/);
  });

  it('nothing that was put there for its time is left in the workspace', async () => {
    const { run, at } = box({}, { git: false });
    const { output } = await run('ls -A');
    expect(output).toBe('.git\n.vscode\n');
    expect(readdirSync(at())).toEqual([]);
  });

  it('a control file that it made is taken out of the workspace, kept, and named', async () => {
    const { run, at, state } = box({ 'project/sub/a.txt': '' });
    const { sandbox } = await run(
      'echo obey > sub/AGENTS.md; mkdir -p new/.vscode; echo {} > new/.vscode/tasks.json',
    );
    expect(sandbox?.takenBack).toEqual([at('new/.vscode'), at('sub/AGENTS.md')]);
    expect(existsSync(at('sub/AGENTS.md'))).toBe(false);
    const kept = path.join(state, 'sandbox', 'taken-back');
    const texts = readdirSync(kept, { recursive: true, encoding: 'utf8' });
    expect(texts.some(name => name.endsWith('AGENTS.md'))).toBe(true);
  });

  it('a link that leads to a control file is what it was', async () => {
    const { run, at } = box({ 'project/CLAUDE.md': 'rules' });
    symlinkSync('CLAUDE.md', at('AGENTS.md'));
    await run('echo x >> AGENTS.md; ln -sf a.txt AGENTS.md; echo obey > a.txt');
    expect(readFileSync(at('AGENTS.md'), 'utf8')).toBe('rules');
  });

  it('what a person makes while it runs, under a name that was kept free, is theirs', async () => {
    const { run, at } = box({}, { git: false });
    const running = run('until [ -e go ]; do sleep 0.05; done');
    while (!existsSync(at('.vscode'))) await new Promise(resolve => setTimeout(resolve, 5));
    writeFileSync(at('.vscode/settings.json'), '{}');
    writeFileSync(at('go'), '');
    const { sandbox } = await running;
    expect(sandbox?.takenBack).toEqual([]);
    expect(readFileSync(at('.vscode/settings.json'), 'utf8')).toBe('{}');
  });

  it('a file that appears between two commands is guarded in the second', async () => {
    const { run, at } = box();
    await run('true');
    mkdirSync(at('deep/er'), { recursive: true });
    writeFileSync(at('deep/er/.env.local'), 'KEY=1');
    expect((await run('cat deep/er/.env.local')).output).toContain('Permission denied');
  });

  it('a process that it started ends with it', async () => {
    const { run, at } = box();
    await run('setsid sh -c "sleep 1; echo late > late.txt" & echo started');
    await new Promise(resolve => setTimeout(resolve, 1_500));
    expect(existsSync(at('late.txt'))).toBe(false);
  });

  it('a person can let a command out, or onto the network', async () => {
    const { run, directory } = box();
    const outside = await run('echo out > ../c', { outside: true });
    expect(outside).toMatchObject({ exitCode: 0 });
    expect(outside.sandbox).toBeUndefined();
    expect(existsSync(path.join(directory, 'c'))).toBe(true);
    const names = 'ls /sys/class/net | wc -l; readlink /proc/self/ns/net';
    const [within, without] = [await run(names), await run(names, { network: true })];
    expect(without.sandbox?.network).toBe(true);
    expect(within.output).not.toBe(without.output);
  });

  it('records that lie in the workspace are hidden too', async () => {
    const { run, at, options } = box({ 'project/.state/log': 'secret words' }, {});
    Object.assign(options, { hidden: [at('.state')] });
    expect((await run('cat .state/log')).output).toContain('Permission denied');
  });
});

describe.skipIf(process.platform === 'win32')('where it cannot start', () => {
  // Nothing holds a command that may change the programs it runs.
  const start = (use: SandboxOptions['use'], tolerated = false) => {
    const { options, state } = box({}, { git: false, use, tolerated });
    const host = createNodeHost({ roots: ['/usr'], sandbox: () => options });
    const spec = {
      command: 'echo ran',
      cwd: '/',
      timeoutMs: 10_000,
      outputFile: path.join(state, 'output.txt'),
    };
    return { state: host.sandbox(), run: () => host.run(spec, () => {}, new AbortController().signal) };
  };
  it('says so, and no command runs when it is required', async () => {
    const { state, run } = start('required');
    expect(await state).toMatchObject({
      state: 'unavailable',
      required: true,
      why: expect.stringMatching(/\.$/),
    });
    await expect(run()).rejects.toThrow('the sandbox is required and cannot start');
  });
  it('leaves it to the person when it is not', async () => {
    const { state, run } = start('whenAvailable');
    expect(await state).toMatchObject({ state: 'unavailable', required: false, tolerated: false });
    const outcome = await run();
    expect(outcome).toMatchObject({ exitCode: 0, head: 'ran\n' });
    expect(outcome.sandbox).toBeUndefined();
  });
});
