import { describe, expect, it } from 'vitest';
import { createTools, declarations } from '../../src/tools/catalog.ts';
import { until } from '../until.ts';
import { workbench } from './workbench.ts';

describe.skipIf(process.platform === 'win32')('run_command', { timeout: 30_000 }, () => {
  it('plans the very command, then runs it', async () => {
    const { plan, run, at, heard, spoolDir } = workbench({ 'src/a': 'x' });
    const command = 'ls; echo oops >&2; exit 2';
    const planned = await plan('run_command', { command, cwd: 'src' });
    expect(planned).toMatchObject({
      title: { ask: 'Run', busy: 'Running', done: 'Ran', object: command, detail: 'in src' },
      access: [{ kind: 'command', command, cwd: at('src') }],
      preview: { kind: 'command', command, cwd: 'src' },
      effects: [{ kind: 'command', command, cwd: at('src'), spool: expect.stringContaining(spoolDir) }],
    });
    expect(await run(planned)).toEqual({
      isError: false,
      content: 'a\noops\n[exit code 2]',
      display: {
        kind: 'command',
        command,
        cwd: 'src',
        outcome: { exitCode: 2, signal: null, output: 'a\noops', totalBytes: 7 },
      },
    });
    expect(heard.output).toBe('a\noops\n');
  });

  it('cuts long output in the middle and names the file that has all of it', async () => {
    const { call, say } = workbench();
    const { content, display } = await call('run_command', { command: 'printf "\\e[31m"; seq 1 100000' });
    expect(content.length).toBeLessThan(31_000);
    expect(content).toMatch(/^1\n2\n/);
    expect(content).toMatch(/\n99999\n100000\n\[exit code 0\]$/);
    const [, left, file] =
      /\[\.\.\. ([\d,]+) bytes left out here; all of the output is in (\S+) \.\.\.\]/.exec(content)!;
    expect(display).toMatchObject({ outcome: { fullOutput: file, totalBytes: 588_900 } });
    const shown = content.replace(/\[\.\.\..*\]\n/, '').replace('[exit code 0]', '');
    expect(Number(left!.replaceAll(',', '')) + shown.length).toBe(588_895);
    expect(await say('read_file', { path: file, start_line: 1, end_line: 1 })).toMatch(/^1\t1\n/);
    expect(await say('read_file', { path: file, start_line: 50_000, end_line: 50_000 })).toMatch(
      /^50000\t50000\n/,
    );
    expect(await say('search_text', { pattern: '^77777$', path: file })).toMatch(/:77777: 77777$/);
  });

  it('says how a command ended that did not end by itself', async () => {
    const { call, heard, stop } = workbench();
    const late = await call('run_command', { command: 'echo begun; sleep 60', timeout_seconds: 3 });
    expect(late).toMatchObject({
      isError: true,
      display: { outcome: { timedOutAfterMs: 3_000, output: 'begun' } },
    });
    expect(late.content).toMatch(/^begun\n\[ended at its time limit of 3 s;/);
    expect((await call('run_command', { command: 'kill -SEGV $$' })).content).toBe(
      '[no output]\n[ended by signal SIGSEGV]',
    );
    const running = call('run_command', { command: 'echo working; sleep 60' });
    await until(() => heard.output.includes('working'));
    stop.abort();
    expect(await running).toMatchObject({
      isError: true,
      content: 'working\n[stopped before its end; what it did until then is done]',
    });
  });

  it('fails with what to do next', async () => {
    const { plan } = workbench({ file: '' });
    await expect(plan('run_command', { command: 'ls', cwd: 'none' })).rejects.toThrow(
      'none is not a directory',
    );
    await expect(plan('run_command', { command: 'ls', cwd: 'file' })).rejects.toThrow(
      'file is not a directory',
    );
    await expect(plan('run_command', { command: 'ls \0' })).rejects.toThrow('NUL');
  });

  it('hides nothing of the command in what people approve', async () => {
    const { plan } = workbench();
    const planned = await plan('run_command', { command: 'echo a\u202e\x1b[2K\necho b' });
    expect(planned.preview).toMatchObject({ command: 'echo a\\u{202e}\\u{1b}[2K\necho b' });
    expect(planned.title.object).toBe('echo a\\u{202e}\\u{1b}[2K echo b');
  });
});

describe('diagnostics', () => {
  it('gives errors and warnings, or what to do without an editor', async () => {
    expect(await workbench().say('diagnostics', {})).toContain('with run_command');
    const problem = (severity: 'error' | 'hint', message: string) => ({
      path: '/x/a.ts',
      line: 3,
      severity,
      message,
    });
    const problems = [problem('error', 'is\nwrong'), problem('hint', 'could be nicer')];
    const bench = workbench({}, { host: { problems: async () => problems } });
    expect(await bench.call('diagnostics', {})).toEqual({
      isError: false,
      content: '/x/a.ts:3: error: is wrong',
      display: { kind: 'problems', problems: [problems[0]], files: 1 },
    });
    expect(
      await workbench({}, { host: { problems: async () => [] } }).say('diagnostics', { paths: ['a.ts'] }),
    ).toBe('No errors and no warnings.');
  });
});

describe('update_plan and ask_user', () => {
  it('reach the person', async () => {
    const { say, call, heard } = workbench();
    const items = [
      { text: 'Look', status: 'done' },
      { text: 'Mend', status: 'active' },
    ];
    expect(await say('update_plan', { items })).toBe('The plan is shown: 1 of 2 done.');
    expect(heard.plan).toEqual(items);
    expect(await call('ask_user', { question: 'Which?', options: ['this', 'that'] })).toEqual({
      isError: false,
      content: 'this',
      display: { kind: 'question', question: 'Which?', options: ['this', 'that'], answer: 'this' },
    });
    expect(heard.questions).toEqual(['Which?']);
  });

  it('fail when the plan cannot be recorded', async () => {
    const { plan, heard } = workbench();
    const planned = await plan('update_plan', { items: [] });
    const context = { callId: 'c', signal: new AbortController().signal, unasked: false, output() {} };
    const setPlan = () => Promise.reject(new Error('The disk is full.'));
    const ask = async () => '';
    await expect(planned.run({ ...context, ask, setPlan })).rejects.toThrow('The disk is full.');
    expect(heard.plan).toEqual([]);
  });

  it('hide nothing from the person', async () => {
    const { call, heard } = workbench();
    const asked = { question: 'Delete \u202eexe.a?', options: ['y\u200bes'] };
    expect(await call('ask_user', asked)).toMatchObject({ content: 'y\\u{200b}es' });
    expect(heard.questions).toEqual(['Delete \\u{202e}exe.a?']);
    await call('update_plan', { items: [{ text: 'Look\u2066', status: 'active' }] });
    expect(heard.plan).toEqual([{ text: 'Look\\u{2066}', status: 'active' }]);
  });
});

describe('the catalog', () => {
  it('tells the model of each tool with the same bytes every time', () => {
    const { tools, host, spoolDir } = workbench();
    const again = createTools({
      host,
      spoolDir,
      seen: { hashOf: () => undefined },
      memory: { all: () => [] },
      maxCommandSeconds: 1,
    });
    expect(JSON.stringify(declarations(tools))).toBe(JSON.stringify(declarations(again)));
    for (const { name, description } of declarations(tools)) {
      expect(name).toMatch(/^[a-z_]+$/);
      expect(description.length).toBeGreaterThan(50);
    }
    expect(tools.filter(tool => !tool.readOnly).map(tool => tool.name)).toEqual([
      'write_file',
      'edit_file',
      'run_command',
      'ask_user',
    ]);
  });
});
