/** What each message of the chat view does. */
import * as vscode from 'vscode';
import { isImported } from '../../session/ids.ts';
import type { App } from '../app.ts';
import type { ViewRequest } from './chatView.ts';
import { findMentions } from './mentions.ts';
import { openFile } from './openFile.ts';
import { Refused } from './refused.ts';
import { openReplay } from './replayed.ts';
import { bySessionFolder } from './sessionList.ts';

type Messages = { [T in ViewRequest['type']]: Extract<ViewRequest, { type: T }> };
type Handler<M> = (message: M, app: App) => Promise<void> | void;
/** What was asked for, as an order (it begins the message when it fails), and what does it. */
type Handlers = { [T in keyof Messages]: [what: string, run: Handler<Messages[T]>] };

let searching = new AbortController();

const handlers: Handlers = {
  send: ['Send', send],
  editQueued: ['Change the message', ({ id, text }, { chat }) => chat.editQueued(id, text)],
  removeQueued: ['Remove the message', ({ id }, { chat }) => chat.removeQueued(id)],
  sendQueued: ['Send', ({ id }, { chat }) => chat.sendQueued(id)],
  takeBackRoom: ['Undo', ({ seq }, { chat }) => chat.takeBackRoom(seq)],
  stop: ['Stop', (_, { chat }) => chat.stop()],
  approve: [
    'Answer',
    ({ callId, nonce, answer, reason }, { chat }) => expectOpen(chat.approve(callId, nonce, answer, reason)),
  ],
  answer: ['Answer', ({ callId, nonce, text }, { chat }) => expectOpen(chat.answer(callId, nonce, text))],
  setMode: ['Change the approval mode', ({ mode }, app) => setMode(mode, app)],
  implement: [
    'Start implementing',
    async ({ mode }, { chat }) => {
      if (chat.mode !== 'plan') throw new Refused('Plan mode is off already.');
      await chat.setMode(mode);
      await chat.send('Implement the plan.', []);
    },
  ],
  rename: ['Rename the session', ({ title }, { chat }) => chat.rename(title)],
  newSession: ['Start a session', (_, app) => app.run('ascent.newSession')],
  listSessions: [
    'List the sessions',
    async (_, { chat, view }) => {
      const folders = (vscode.workspace.workspaceFolders ?? []).map(folder => folder.uri.fsPath);
      view.send({ type: 'sessions', sessions: bySessionFolder(await chat.list(), folders) });
    },
  ],
  openSession: [
    'Open the session',
    async ({ id }, app) => {
      if (isImported(id)) return openReplay(app, id);
      app.replays.close();
      await app.chat.open(id);
    },
  ],
  replayTo: ['Go to a moment', ({ moment }, { replays }) => replays.shown?.to(moment)],
  replayPlay: ['Play', ({ speed }, { replays }) => replays.shown?.play(speed)],
  replayClose: ['Close the replay', (_, { replays }) => replays.close()],
  openFile: ['Open the file', ({ path, line }, app) => openFile(app, path, line)],
  openDiff: [
    'Open the diff',
    async ({ callId, file }, app) => {
      const shown = app.replays.shown ?? app.chat.session;
      if (!shown) return;
      const host = app.replays.shown?.imported ? undefined : (await app.engine()).host;
      await app.diffs.show(host, shown, callId, file);
    },
  ],
  openLink: ['Open the link', ({ url }) => openLink(url)],
  copy: ['Copy', ({ text }) => vscode.env.clipboard.writeText(text) as Promise<void>],
  findFiles: [
    'Find files',
    async ({ query, request }, app) => {
      searching.abort();
      const mine = new AbortController();
      searching = mine;
      const { host } = await app.engine();
      try {
        const paths = await findMentions(host, query, mine.signal);
        if (!mine.signal.aborted) app.view.send({ type: 'files', request, paths });
      } catch (error) {
        if (!mine.signal.aborted) throw error;
      }
    },
  ],
  command: ['Run the command', ({ command }, app) => runCommand(command, app)],
};

export function handle(message: ViewRequest, app: App): Promise<void> {
  const [what, run] = handlers[message.type] as [string, Handler<ViewRequest>];
  return app.attempt(what, () => {
    if (app.replays.shown && !isForReplay(message)) throw new Refused(REPLAYED);
    return run(message, app);
  });
}

/** What may be asked for while a session is replayed: to look, or to leave it. */
const LOOKS: ReadonlySet<ViewRequest['type']> = new Set([
  'newSession',
  'listSessions',
  'openSession',
  'replayTo',
  'replayPlay',
  'replayClose',
  'openFile',
  'openDiff',
  'openLink',
  'copy',
  'findFiles',
  'command',
] as const);
const SETS_UP: ReadonlySet<string> = new Set(['setKey', 'selectBackend', 'openSettings', 'showLog']);

function isForReplay(message: ViewRequest): boolean {
  return LOOKS.has(message.type) && (message.type !== 'command' || SETS_UP.has(message.command));
}
const REPLAYED = 'This is a replay: nothing can be done in it. Close it to go on.';

/** The page has emptied its composer already: what could not be sent goes back there. */
async function send({ text, context, later }: Messages['send'], { chat, view }: App): Promise<void> {
  try {
    await chat.send(text, context, later);
  } catch (error) {
    view.sendSurely({ type: 'compose', text, context });
    throw error;
  }
}

function expectOpen(wasOpen: boolean): void {
  if (!wasOpen) throw new Refused('This question was already answered, or is void.');
}

/** The view is not trusted with the widest mode: a person confirms it outside of it. */
async function setMode(mode: Messages['setMode']['mode'], app: App): Promise<void> {
  if (mode === 'all' && app.chat.mode !== 'all') {
    const allow = 'Allow Everything';
    const answer = await vscode.window.showWarningMessage(
      'Let Ascent act without asking in this session?',
      {
        modal: true,
        detail: 'Commands run and files change at once. Actions that the safety rules deny stay denied.',
      },
      allow,
    );
    if (answer !== allow) return app.view.refresh();
  }
  await app.chat.setMode(mode);
  if (!app.chat.session) await app.view.refresh();
}

/** VS Code itself asks before it leaves for a site it does not know. */
async function openLink(text: string): Promise<void> {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw new Refused('Only http and https links can be opened.');
  await vscode.env.openExternal(vscode.Uri.parse(url.href, true));
}

async function runCommand(command: Messages['command']['command'], app: App): Promise<void> {
  const execute = (id: string, ...args: unknown[]) => vscode.commands.executeCommand(id, ...args);
  switch (command) {
    case 'setKey':
      return app.run('ascent.setApiKey');
    case 'selectBackend':
      return app.run('ascent.selectBackend');
    case 'showLog':
      return app.run('ascent.showLog');
    case 'approvalRules':
      return app.run('ascent.approvalRules');
    case 'wireHealth':
      return app.run('ascent.showWireHealth');
    case 'summarise':
      return app.chat.summarise();
    case 'retry':
      return app.chat.resume();
    case 'takeOver':
      return app.attempt('Take over the session', () => app.chat.takeOver());
    case 'continueInBackground':
      return app.run('ascent.continueInBackground');
    case 'openSettings':
      return void (await execute('workbench.action.openSettings', `@ext:${app.extensionId}`));
    case 'trust':
      return void (await execute('workbench.trust.manage'));
    case 'openFolder':
      return void (await execute('workbench.action.files.openFolder'));
  }
}
