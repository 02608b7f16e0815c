/** Everything the extension is made of, put together on first use. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { ContextItem } from '../protocol/events.ts';
import { followRuns } from './attention.ts';
import { blockedBy } from './chat/blocked.ts';
import { createChat } from './chat/chat.ts';
import { createChatView } from './chat/chatView.ts';
import { createDiffs } from './chat/diffs.ts';
import { examplesFor } from './chat/examples.ts';
import { handle } from './chat/messages.ts';
import { Refused } from './chat/refused.ts';
import { createReplays } from './chat/replays.ts';
import { type Command, type CommandId, commands } from './commands/commands.ts';
import { createEngine, type Engine } from './engine.ts';
import { explain, REMEDY_LABELS, type Remedy } from './failure.ts';
import { createKeys } from './keys.ts';
import { createLog } from './log.ts';
import { complain, inform, warn } from './notices.ts';
import { createPanels } from './pages/panels.ts';
import { readSettings, type Settings } from './settings.ts';
import { userSettings } from './userSettings.ts';

/** Settings that belong together are written one after the other. */
const SETTLE_MS = 100;

export type App = ReturnType<typeof createApp>;

export function createApp(context: vscode.ExtensionContext) {
  const channel = vscode.window.createOutputChannel('Ascent', { log: true });
  const log = createLog(channel);
  const keys = createKeys(context.secrets, process.env);
  const diffs = createDiffs();
  const panels = createPanels();

  /** Undefined once they changed: read again by whoever needs them first. */
  let settings: Settings | undefined = loadSettings();
  let engine: Promise<Engine> | undefined;
  let restored: Promise<void> | undefined;
  let changing: NodeJS.Timeout | undefined;

  const chat = createChat({
    sessions: async () => (await app.engine()).sessions,
    memory: context.workspaceState,
    settings: currentSettings,
    served: async backend => (await app.engine()).served(backend),
    refusal: session => blockedBy(session)?.text,
    offerToGoOn: goOn => void offerToGoOn(goOn),
    attempt: (what, work) => app.attempt(what, work),
  });
  const replays = createReplays();
  const view = createChatView({
    extensionUri: context.extensionUri,
    chat,
    replays,
    log,
    surroundings,
    opened: () => app.restore(),
    handle: message => void handle(message, app),
  });

  const app = {
    extensionId: context.extension.id,
    log,
    keys,
    chat,
    replays,
    view,
    diffs,
    settings: currentSettings,
    panels,

    /** Made on first use, and again when that failed. Never before the workspace is trusted. */
    async engine(): Promise<Engine> {
      if (!vscode.workspace.isTrusted) throw new Refused(UNTRUSTED);
      engine ??= createEngine({
        appRoot: vscode.env.appRoot,
        keys,
        limits: () => currentSettings().limits,
        sandbox: () => currentSettings().sandbox,
        // Up from User/globalStorage/<this extension>.
        editorData: path.resolve(context.globalStorageUri.fsPath, '../../..'),
        log,
      }).catch(error => {
        engine = undefined;
        throw error;
      });
      return engine;
    },

    /** Brings back what this window showed before it was reloaded, once, as soon as it may. */
    async restore(): Promise<void> {
      if (blockedBy(undefined)) return;
      restored ??= app.attempt('Bring back the last session', () => chat.restore());
      await restored;
    },

    /** Does what a person asked for; a failure becomes one message. `what` is an order: "Open the file". */
    async attempt(what: string, work: () => Promise<void> | void): Promise<void> {
      try {
        await work();
      } catch (error) {
        if (error instanceof vscode.CancellationError) return;
        log.failure(what, error);
        void showFailure(what, error);
      }
    },

    run(id: string, ...args: unknown[]): Promise<void> {
      const { title, needsTrust, run }: Command = commands[id as CommandId];
      return app.attempt(title, () => {
        if (needsTrust && !vscode.workspace.isTrusted) throw new Refused(UNTRUSTED);
        return run(app, ...args);
      });
    },

    /**
     * Sends a request of a command or an editor action: a task in a session of its own, an attached piece in the
     * session that is shown. While that one runs, the request waits in the composer instead.
     */
    async request(text: string, attached: ContextItem[] = []): Promise<void> {
      replays.close();
      await view.focus();
      await app.restore();
      if (chat.session?.running) return view.sendSurely({ type: 'compose', text, context: attached });
      if (!attached.length || blockedBy(chat.session)) await chat.startFresh();
      // What still keeps it from being sent stands in the view.
      if (!blockedBy(undefined)) await chat.send(text, attached);
    },

    async close(): Promise<void> {
      replays.close();
      await chat.close();
    },
  };

  async function surroundings() {
    const { backend } = currentSettings();
    const blocked = blockedBy(chat.session);
    const empty = !blocked && !chat.session;
    const examples = empty ? await examplesFor((await app.engine()).host) : [];
    const label = backend.standIn ? 'Stand-in' : backend.model || new URL(backend.baseUrl).host;
    return { examples, backend: { label, standIn: backend.standIn }, mode: chat.mode, blocked };
  }

  function loadSettings(): Settings {
    const read = readSettings(userSettings());
    if (read.complaints.length) void showComplaints(read.complaints);
    return read.settings;
  }

  function currentSettings(): Settings {
    settings ??= loadSettings();
    return settings;
  }

  function followSettings(): Promise<void> {
    return app.attempt('Follow the settings', async () => {
      await chat.followSettings();
      await view.refresh();
    });
  }

  async function showComplaints(complaints: string[]): Promise<void> {
    const open = 'Open Settings';
    const answer = await warn(complaints.join(' '), open);
    if (answer)
      await vscode.commands.executeCommand('workbench.action.openSettings', `@ext:${context.extension.id}`);
  }

  async function showFailure(what: string, error: unknown): Promise<void> {
    const { text, remedies } = explain(what, error);
    // A passing line in the view is enough where no button is needed.
    if (view.visible && !remedies.length) return view.send({ type: 'toast', level: 'error', text });
    const labels = remedies.map(remedy => REMEDY_LABELS[remedy]);
    const answer = await complain(text, ...labels);
    const chosen = remedies[labels.indexOf(answer ?? '')];
    if (chosen) await app.run(REMEDY_COMMANDS[chosen]);
  }

  async function offerToGoOn(goOn: () => Promise<void>): Promise<void> {
    const go = 'Continue';
    const answer = await inform('Ascent was working when this window closed. Continue?', go);
    if (answer === go) await app.attempt('Continue', goOn);
  }

  context.subscriptions.push(
    channel,
    diffs,
    panels,
    followRuns(app),
    vscode.workspace.onDidChangeConfiguration(event => {
      if (!event.affectsConfiguration('ascent')) return;
      settings = undefined;
      clearTimeout(changing);
      changing = setTimeout(() => void followSettings(), SETTLE_MS);
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void app.restore().then(view.refresh)),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void app.restore().then(view.refresh)),
  );
  log.info(`Ascent ${context.extension.packageJSON.version} is ready`);
  return app;
}

const UNTRUSTED = 'Trust this folder first; nothing is loaded before.';

const REMEDY_COMMANDS: Record<Remedy, CommandId> = {
  setKey: 'ascent.setApiKey',
  selectBackend: 'ascent.selectBackend',
  showLog: 'ascent.showLog',
};
