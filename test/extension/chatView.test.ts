/** What reaches the page while sessions are switched and the view is hidden or thrown away. Only VS Code is played. */
import { describe, expect, it, vi } from 'vitest';
import type { WebviewView } from 'vscode';
import { type ChatViewOptions, createChatView } from '../../src/extension/chat/chatView.ts';
import { emptyTranscript } from '../../src/protocol/transcript.ts';
import type { HostMessage } from '../../src/protocol/view.ts';
import type { Session, SessionUpdate } from '../../src/session/sessions.ts';
import { until } from '../until.ts';

vi.mock('vscode', () => ({
  Uri: { joinPath: (...parts: unknown[]) => parts.join('/') },
  commands: { executeCommand: async () => {} },
}));

function sessionOf(id: string): Session {
  const transcript = emptyTranscript();
  transcript.head = { ...transcript.head, id };
  return { id, transcript, live: [] } as unknown as Session;
}

const said = (id: string) =>
  ({
    event: { type: 'user.message' },
    change: { items: [{ kind: 'user', id, text: id, context: [], at: 0, steer: false }], head: true },
  }) as unknown as SessionUpdate;

function chatView() {
  const posted: HostMessage[] = [];
  let [toSwitch, toUpdate] = [() => {}, (_: Session, __: SessionUpdate) => {}];
  const chat = {
    session: undefined as Session | undefined,
    onSwitch(listener: () => void) {
      toSwitch = listener;
    },
    onUpdate(listener: typeof toUpdate) {
      toUpdate = listener;
    },
  };
  /** What is around a session is told when the test says so. */
  const asked: (() => void)[] = [];
  const surroundings = () => {
    const blocked = chat.session && { text: `about ${chat.session.id}` };
    return new Promise<object>(resolve =>
      asked.push(() => resolve({ examples: [], backend: {}, mode: 'ask', blocked })),
    );
  };
  let opened = Promise.resolve();
  const view = createChatView({
    extensionUri: '',
    chat,
    replays: { shown: undefined, onSwitch() {}, onMove() {} },
    log: { info() {}, failure() {} },
    surroundings,
    opened: () => opened,
    handle() {},
  } as unknown as ChatViewOptions);

  const page = {
    visible: true,
    hear: (_: unknown) => {},
    hide: () => {},
    webview: {
      asWebviewUri: String,
      onDidReceiveMessage(listener: (message: unknown) => void) {
        page.hear = listener;
      },
      postMessage: (message: HostMessage) => void (page.visible && posted.push(message)),
    },
    onDidChangeVisibility(listener: () => void) {
      page.hide = listener;
    },
    onDidDispose() {},
  };
  view.resolve(page as unknown as WebviewView);
  return {
    view,
    posted,
    asked,
    restoring: (until: Promise<void>) => (opened = until),
    ready: () => page.hear({ type: 'ready' }),
    show(visible: boolean) {
      page.visible = visible;
      page.hide();
    },
    switchTo(session: Session | undefined) {
      chat.session = session;
      toSwitch();
    },
    update: (session: Session, what: SessionUpdate) => toUpdate(session, what),
    snapshots: () => posted.filter(message => message.type === 'snapshot'),
  };
}

/** Longer than updates are gathered for: what was to be posted is. */
const frame = () => new Promise(resolve => setTimeout(resolve, 60));

describe('sessions that are switched quickly', () => {
  it('the last one is what the page shows, with what is around it', async () => {
    const { ready, asked, switchTo, snapshots } = chatView();
    ready();
    await until(() => asked.length === 1);
    switchTo(sessionOf('one'));
    switchTo(sessionOf('two'));
    for (const tell of asked.toReversed()) {
      tell();
      await frame();
    }
    expect(snapshots().at(-1)).toMatchObject({ head: { id: 'two' }, blocked: { text: 'about two' } });
  });

  it('nothing of one is drawn over another', async () => {
    const { ready, asked, switchTo, update, posted } = chatView();
    const [one, two] = [sessionOf('one'), sessionOf('two')];
    switchTo(one);
    asked[0]!();
    ready();
    await until(() => asked.length === 2);
    asked[1]!();
    await until(() => posted.length === 1);
    update(one, said('of one'));
    switchTo(two);
    update(two, said('of two'));
    await frame();
    expect(posted).toHaveLength(1);
    asked[2]!();
    await until(() => posted.length === 2);
    expect(posted[1]).toMatchObject({ type: 'snapshot', head: { id: 'two' } });
    update(two, said('more of two'));
    await until(() => posted.length === 3);
    expect(posted[2]).toMatchObject({ type: 'update', items: [{ id: 'more of two' }] });
  });
});

it('what must reach the page waits for the next one when this one goes before it was greeted', async () => {
  const { view, ready, asked, restoring, show, posted } = chatView();
  let restored = () => {};
  restoring(new Promise(resolve => (restored = resolve)));
  ready();
  show(false);
  restored();
  await frame();
  view.sendSurely({ type: 'compose', text: 'Explain this', context: [] });
  show(true);
  ready();
  await until(() => asked.length > 0);
  for (const tell of asked) tell();
  await until(() => posted.some(message => message.type === 'compose'));
  expect(posted.map(message => message.type)).toEqual(['snapshot', 'compose']);
});
