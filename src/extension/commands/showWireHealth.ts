import { wireHealth } from '../../session/wireHealth.ts';
import { inform } from '../notices.ts';
import { REFRESH_HEALTH, wireHealthBody } from '../pages/wireHealthPage.ts';
import type { Command } from './commands.ts';

/** Of the session that the chat shows. */
export const showWireHealth: Command = {
  title: 'Show Wire Health',
  async run(app) {
    await app.restore();
    const { session } = app.chat;
    if (!session) return void inform('There is no session to show yet.');
    const { sessions } = await app.engine();
    const events = await sessions.read(session.id);
    const { title, cost, turnCost, unseen } = session.transcript.head;
    const costs = {
      turn: turnCost,
      session: cost,
      unseen,
      today: await sessions.spentToday(),
      limits: app.settings().limits,
    };
    app.panels.show({
      id: 'wireHealth',
      title: 'Wire Health',
      body: wireHealthBody(title, wireHealth(events), costs),
      commands: [REFRESH_HEALTH],
    });
  },
};
