/**
 * 10,000 messages that no page of ours would send, to the real handler of its messages, while a real session waits for
 * an approval: none has an effect. Only VS Code's own api is a recorder.
 */
import { expect, it, vi } from 'vitest';
import type { App } from '../../src/extension/app.ts';
import { createChatView } from '../../src/extension/chat/chatView.ts';
import { handle } from '../../src/extension/chat/messages.ts';
import { Refused } from '../../src/extension/chat/refused.ts';
import { createReplays } from '../../src/extension/chat/replays.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { call, reply, scriptedModel } from '../agent/fakes.ts';
import { stateOf } from '../safety/fuzz/ground.ts';
import { numbers, pick, type Random } from '../safety/fuzz/random.ts';
import { pending, workshop } from '../session/workshop.ts';
import { until } from '../until.ts';

const COUNT = 10_000;
/** What reached the editor. */
const reached: string[] = vi.hoisted(() => []);
vi.mock('vscode', () => {
  const record =
    (what: string) =>
    async (...args: unknown[]) =>
      void reached.push(`${what} ${JSON.stringify(args)}`);
  return {
    // The person who is asked says nothing.
    window: { showWarningMessage: async () => undefined },
    env: { openExternal: record('openExternal'), clipboard: { writeText: record('clipboard') } },
    commands: { executeCommand: record('command') },
    Uri: {
      parse: (text: string) => text,
      file: (path: string) => path,
      joinPath: (...parts: unknown[]) => parts.join('/'),
    },
    workspace: {},
    Position: class {},
    Range: class {},
  };
});

it(`${COUNT} hostile messages have no effect`, { timeout: 300_000 }, async () => {
  await using shop = workshop();
  shop.write('a.txt', 'one\n');
  const model = scriptedModel([[reply({ calls: [call('c', 'run_command', { command: 'touch made' })] })]]);
  const session = await shop.start(model);
  await session.send('go');
  const asked = await pending(session);
  const before = { files: stateOf(shop.work), events: (await shop.events(session.id)).length };

  const done: string[] = [];
  const complaints: string[] = [];
  const looked: string[] = [];
  const { receive, settled } = page(session, shop.work, { done, complaints, looked });
  const random = numbers(5_000);
  for (let n = 0; n < COUNT; n++) {
    receive(hostile(random));
    if (n % 500 === 0) await settled();
  }
  await settled();

  expect(done).toEqual([]);
  expect(reached).toEqual([]);
  // Looking at a path of another machine would already hand it a login.
  expect(looked.filter(path => /^[\\/]{2}/.test(path))).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as { mode?: unknown }).mode).toBeUndefined();
  expect(session.transcript.head).toMatchObject({
    mode: 'ask',
    status: 'waiting',
    pending: [{ nonce: asked.nonce }],
  });
  expect((await shop.events(session.id)).length).toBe(before.events);
  expect(stateOf(shop.work)).toBe(before.files);
  expect(complaints.length).toBeGreaterThan(COUNT / 2);

  // The handler that was told all this still does what the right message asks for.
  receive({ type: 'approve', callId: 'c', nonce: asked.nonce, answer: 'deny' });
  await until(() => session.transcript.head.pending.length === 0);
});

/** The real view and the real handlers, over what records instead of acting. */
function page(
  session: Awaited<ReturnType<ReturnType<typeof workshop>['start']>>,
  root: string,
  seen: Record<'done' | 'complaints' | 'looked', string[]>,
) {
  const act =
    (what: string) =>
    async (...args: unknown[]) =>
      void seen.done.push(`${what} ${JSON.stringify(args)}`);
  const nodeHost = createNodeHost({ roots: [root] });
  const host = {
    ...nodeHost,
    stat: (path: string) => {
      seen.looked.push(path);
      return nodeHost.stat(path);
    },
  };
  const chat = {
    session,
    mode: 'ask',
    approve: session.approve,
    answer: session.answer,
    setMode: (mode: string) => (mode === 'ask' ? Promise.resolve() : act('setMode')(mode)),
    ...Object.fromEntries(
      ['send', 'stop', 'rename', 'list', 'open', 'resume'].map(name => [name, act(name)]),
    ),
    onUpdate: () => {},
    onSwitch: () => {},
  };
  const running: Promise<unknown>[] = [];
  const replays = createReplays();
  const app = {
    chat,
    replays,
    extensionId: 'x',
    engine: async () => ({ host }),
    diffs: { show: async (_: unknown, shown: typeof session, id: string) => void (await diffOf(shown, id)) },
    run: act('run'),
    view: { send: () => {}, sendSurely: () => {}, refresh: () => {} },
    attempt: (_: string, work: () => unknown) =>
      Promise.resolve()
        .then(work)
        .catch(error => {
          if (!(error instanceof Refused)) seen.done.push(`failed in an unforeseen way: ${error}`);
          seen.complaints.push(String(error));
        }),
  };
  const view = createChatView({
    extensionUri: 'ext' as never,
    chat: chat as never,
    replays,
    log: { info: (text: string) => void seen.complaints.push(text) } as never,
    surroundings: async () => ({}) as never,
    opened: async () => {},
    handle: message => void running.push(handle(message, app as unknown as App)),
  });
  let receive: (message: unknown) => void = () => {};
  const nothing = { dispose: () => {} };
  view.resolve({
    visible: true,
    onDidChangeVisibility: () => nothing,
    onDidDispose: () => nothing,
    webview: {
      cspSource: 'x',
      asWebviewUri: (uri: unknown) => uri,
      postMessage: async () => true,
      onDidReceiveMessage: (listener: (message: unknown) => void) => {
        receive = listener;
        return nothing;
      },
    },
  } as never);
  return { receive, settled: () => Promise.all(running.splice(0)) };
}

/** As `diffs.show` looks for one: there is none. */
async function diffOf(session: { transcript: { items: readonly unknown[] } }, callId: string): Promise<void> {
  if (session.transcript.items.some(item => (item as { callId?: string }).callId === `diff of ${callId}`))
    return;
  throw new Refused('There is no diff for this call.');
}

/** Malformed, or well-formed and without the right to what it asks for. */
const hostile = (random: Random): unknown => (random(3) ? malformed(random) : forged(random));

function forged(random: Random): unknown {
  const text = () => pick(random, TEXTS);
  switch (random(6)) {
    case 0:
      return {
        type: 'approve',
        callId: pick(random, ['c', 'c', text().slice(0, 400)]),
        nonce: pick(random, [text().slice(0, 90), `${random(1e9)}`, '', 'undefined']),
        answer: pick(random, ['once', 'deny', { offer: random(4) }, { offer: -1 }, 'session', { rule: 'x' }]),
        reason: text(),
      };
    case 1:
      return {
        type: 'answer',
        callId: pick(random, ['c', text().slice(0, 400)]),
        nonce: text().slice(0, 90),
        text: text(),
      };
    case 2:
      return { type: 'setMode', mode: 'all' };
    case 3:
      return { type: 'openLink', url: pick(random, LINKS) };
    case 4:
      return { type: 'openFile', path: pick(random, PATHS), line: random(9) - 4 };
    default:
      return { type: 'openDiff', callId: text().slice(0, 400), file: random(5) };
  }
}

/** A message of the protocol with something in it that does not belong there. */
function malformed(random: Random): unknown {
  if (random(4) === 0) return junk(random, 4);
  const whole = structuredClone(pick(random, WHOLE)) as Record<string, unknown>;
  const keys = Object.keys(whole);
  if (keys.length === 1 || random(5) === 0)
    return { ...whole, type: pick(random, [...UNKNOWN, junk(random, 1)]) };
  const key = pick(random, keys.slice(1));
  if (random(4) === 0) delete whole[key];
  else whole[key] = pick(random, WRONG);
  if (random(3) === 0)
    Object.assign(
      whole,
      JSON.parse('{"__proto__":{"mode":"all"},"constructor":{"prototype":{"mode":"all"}}}'),
    );
  return whole;
}

function junk(random: Random, depth: number): unknown {
  const value = pick(random, [null, undefined, true, -1, 1e308, Number.NaN, '', 'stopp', [], {}, ...TEXTS]);
  if (depth === 0 || random(2)) return value;
  return random(2)
    ? [junk(random, depth - 1), value]
    : {
        type: pick(random, [...UNKNOWN, 7, null]),
        [pick(random, ['text', 'mode', '__proto__', 'nonce'])]: junk(random, depth - 1),
      };
}

/** Whole messages; each of their fields is needed. */
const WHOLE = [
  { type: 'send', text: 'rm -rf .' },
  { type: 'stop' },
  { type: 'approve', callId: 'c', nonce: 'n', answer: 'once' },
  { type: 'answer', callId: 'c', nonce: 'n', text: 'yes' },
  { type: 'setMode', mode: 'all' },
  { type: 'rename', title: 'x' },
  { type: 'newSession' },
  { type: 'openSession', id: 's' },
  { type: 'openFile', path: 'a.txt' },
  { type: 'openDiff', callId: 'c', file: 0 },
  { type: 'openLink', url: 'https://a.example' },
  { type: 'copy', text: 'x' },
  { type: 'findFiles', query: 'a', request: 1 },
  { type: 'command', command: 'showLog' },
];
const UNKNOWN = [
  'Stop',
  'STOP',
  'stop ',
  'approve\0',
  'eval',
  'run',
  'executeCommand',
  '__proto__',
  'constructor',
  'toString',
  '',
];
/** Right for no field of any of them. */
const WRONG: unknown[] = [
  null,
  true,
  {},
  [],
  ['once'],
  { toString: 'once' },
  Number.NaN,
  [[]],
  { length: 1 },
  -1.5,
  undefined,
];
const TEXTS = [
  'once',
  '<img src=x onerror=hit()>',
  '../../../etc/passwd',
  '\u202eabc\u0000',
  '$(touch made)',
  'a'.repeat(9_000),
  '{"type":"approve"}',
];
const LINKS = [
  'javascript:alert(1)',
  'command:workbench.action.terminal.new',
  'vscode://ascent.ascent/x',
  'vscode-insiders://file/etc/passwd',
  'file:///etc/passwd',
  'file://server/share',
  'data:text/html,x',
  'ms-msdt:/id',
  'smb://server/x',
  '//server/x',
  '\\\\server\\x',
  'ssh://-oProxyCommand=id',
  'mailto:a@b.example',
  '',
  ' ',
];
const PATHS = [
  '//server/share/x',
  '\\\\server\\share\\x',
  '/\\server/x',
  'a.txt\0',
  'gone.txt',
  '../gone',
  '',
  '/nope/x',
  '\\\\?\\C:\\x',
];
