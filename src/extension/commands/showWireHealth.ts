import * as vscode from 'vscode';
import { wireHealth } from '../../session/wireHealth.ts';
import { REFRESH_HEALTH, wireHealthBody } from '../pages/wireHealthPage.ts';
import type { Command } from './commands.ts';

/** Of the session that the chat shows. */
export const showWireHealth: Command = {
  title: 'Show Wire Health',
  async run(app) {
    await app.restore();
    const { session } = app.chat;
    if (!session) return void vscode.window.showInformationMessage('There is no session to show yet.');
    const events = await (await app.engine()).sessions.read(session.id);
    app.panels.show({
      id: 'wireHealth',
      title: 'Wire Health',
      body: wireHealthBody(session.transcript.head.title, wireHealth(events)),
      commands: [REFRESH_HEALTH],
    });
  },
};
