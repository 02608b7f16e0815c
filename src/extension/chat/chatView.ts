/** The chat in the side bar: draws nothing itself, holds nothing, and can be thrown away at any moment. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { HostMessage, Snapshot } from '../../protocol/view.ts';
import { ViewMessage } from '../../protocol/view.ts';
import type { Log } from '../log.ts';
import type { Chat } from './chat.ts';
import { pageHtml } from './html.ts';
import type { Replays } from './replays.ts';
import { createUpdates } from './updates.ts';

export const VIEW_ID = 'ascent.chat';
const FRAME_MS = 24;

/** What the page asks for, once it is there. */
export type ViewRequest = Exclude<ViewMessage, { type: 'ready' }>;

export interface ChatViewOptions {
  extensionUri: vscode.Uri;
  chat: Chat;
  /** What is replayed stands in the session's place. */
  replays: Pick<Replays, 'shown' | 'onSwitch' | 'onMove'>;
  log: Log;
  /** All of the snapshot but the session. */
  surroundings(): Promise<Omit<Snapshot, 'type' | 'head' | 'items' | 'live'>>;
  /** The view is there, possibly again: bring back the session before the first snapshot. */
  opened(): Promise<void>;
  handle(message: ViewRequest): void;
}

export type ChatView = ReturnType<typeof createChatView>;

export function createChatView(options: ChatViewOptions) {
  const { chat, log } = options;
  let view: vscode.WebviewView | undefined;
  /** The page listens: it has said so, and has not been hidden or replaced since. */
  let listening = false;
  /** Said before the page listened. */
  let waiting: HostMessage[] = [];

  const send = (message: HostMessage) => {
    if (listening) void view?.webview.postMessage(message);
  };
  const updates = createUpdates(
    send,
    () => chat.session?.transcript.head,
    flush => void setTimeout(flush, FRAME_MS),
  );

  /** Snapshots that were asked for, and the last of them that was sent: between the two the page shows what was. */
  let [asked, sent] = [0, 0];
  const sendSnapshot = async () => {
    const mine = ++asked;
    updates.discard();
    const surroundings = await options.surroundings();
    if (mine !== asked) return;
    sent = mine;
    const { session } = chat;
    send({
      type: 'snapshot',
      head: session?.transcript.head,
      items: session ? [...session.transcript.items] : [],
      live: session ? [...session.live] : [],
      ...surroundings,
      ...options.replays.shown?.snapshot(),
    });
  };

  chat.onUpdate((session, update) => {
    // What comes before the snapshot is in it.
    if (listening && sent === asked && session === chat.session && !options.replays.shown)
      updates.add(update);
  });
  chat.onSwitch(() => void sendSnapshot());
  options.replays.onSwitch(() => void sendSnapshot());
  options.replays.onMove(send);

  /** Counts the pages, each gone for good with the next or when it is hidden. */
  let page = 0;
  const leave = () => {
    page++;
    listening = false;
  };
  const greet = async () => {
    const mine = ++page;
    await options.opened();
    if (mine !== page) return;
    listening = true;
    await sendSnapshot();
    if (mine !== page) return;
    for (const message of waiting) send(message);
    waiting = [];
  };

  const receive = (message: unknown) => {
    const parsed = ViewMessage.safeParse(message);
    if (!parsed.success) {
      const type = (message as { type?: unknown } | null)?.type;
      const known = typeof type === 'string' && /^\w{1,40}$/.test(type) ? type : 'unknown type';
      return log.info(`A message of the chat view was ignored: ${known} is malformed`);
    }
    if (parsed.data.type === 'ready') void greet().catch(error => log.failure('Show the chat', error));
    else options.handle(parsed.data);
  };

  return {
    resolve(next: vscode.WebviewView): void {
      view = next;
      leave();
      const { webview } = next;
      const dist = vscode.Uri.joinPath(options.extensionUri, 'dist');
      const resource = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
      webview.options = {
        enableScripts: true,
        localResourceRoots: [dist, vscode.Uri.joinPath(options.extensionUri, 'media')],
      };
      const listeners = [
        webview.onDidReceiveMessage(receive),
        // Hidden pages are gone; the next one says `ready` again.
        next.onDidChangeVisibility(() => {
          if (!next.visible) leave();
        }),
        next.onDidDispose(() => {
          for (const listener of listeners) listener.dispose();
          if (view === next) {
            view = undefined;
            leave();
          }
        }),
      ];
      webview.html = pageHtml({
        cspSource: webview.cspSource,
        script: resource('webview.js'),
        style: resource('webview.css'),
        nonce: randomBytes(24).toString('base64url'),
      });
    },
    get visible() {
      return view?.visible ?? false;
    },
    /** Reaches the page now, or is lost: for answers to the page itself. */
    send,
    /** Reaches the page as soon as it is there. */
    sendSurely(message: HostMessage) {
      if (listening) send(message);
      else waiting.push(message);
    },
    /** Something around the session changed: folders, trust, settings. */
    refresh: sendSnapshot,
    async focus() {
      await vscode.commands.executeCommand(`${VIEW_ID}.focus`);
      this.sendSurely({ type: 'focus' });
    },
  };
}
