/** What a person sees of a run without looking at the chat: the status bar, and a word when it waits for them. */
import * as vscode from 'vscode';
import type { PendingApproval, PendingQuestion } from '../protocol/transcript.ts';
import type { Session } from '../session/sessions.ts';
import type { App } from './app.ts';
import { inform } from './notices.ts';

export function followRuns(app: App): vscode.Disposable {
  const { chat } = app;
  const item = vscode.window.createStatusBarItem('ascent.status', vscode.StatusBarAlignment.Left, 0);
  item.name = 'Ascent';
  item.command = 'ascent.openChat';
  /** Questions a notification was shown for. */
  const told = new Set<string>();

  let busy: boolean | undefined;
  const draw = () => {
    const { running } = chat;
    if (busy !== running.length > 0) {
      busy = running.length > 0;
      void vscode.commands.executeCommand('setContext', 'ascent.running', busy);
    }
    const waiting = running.filter(session => session.transcript.head.status === 'waiting');
    const session = waiting[0] ?? running.find(one => one === chat.session) ?? running[0];
    if (!session) return item.hide();
    const { head } = session.transcript;
    item.text = waiting.length ? '$(bell-dot) Ascent: waiting for you' : `$(pulse) Ascent: step ${head.step}`;
    item.tooltip = head.title || 'Open the chat';
    item.accessibilityInformation = {
      label: waiting.length ? 'Ascent waits for you' : `Ascent, step ${head.step}`,
    };
    item.backgroundColor = waiting.length
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    item.show();
  };

  const tell = async (session: Session) => {
    // Whoever holds it is told.
    if (session.readOnly || (app.view.visible && session === chat.session)) return;
    const waiting = session.transcript.head.pending;
    const pending = waiting.find(p => !told.has(p.nonce));
    // Calls that ask together come one after the other: one word for all of them.
    const isMore = waiting.some(p => told.has(p.nonce));
    for (const { nonce } of waiting) told.add(nonce);
    if (!pending || isMore) return;
    const show = 'Show';
    const answer = await inform(sentence(pending), show);
    if (answer !== show) return;
    await app.attempt('Show the question', async () => {
      await chat.open(session.id);
      await app.view.focus();
    });
  };

  chat.onSwitch(draw);
  chat.onUpdate((session, update) => {
    if ('live' in update || !update.change.head) return;
    draw();
    // The end of a turn is seen by this listener before the session calls itself idle.
    if (update.event.type === 'turn.ended') void session.settled().then(draw);
    void tell(session);
  });
  return item;
}

function sentence(pending: PendingApproval | PendingQuestion): string {
  if (pending.kind === 'question') return `Ascent asks: ${oneLine(pending.question)}`;
  const { ask, object } = pending.title;
  return `Ascent waits for your approval: ${ask} ${oneLine(object)}`;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
