import { Refused } from '../chat/refused.ts';
import type { Command } from './commands.ts';

/** Stops the shown session, or all that run when the shown one does not. */
export const stop: Command = {
  title: 'Stop',
  async run({ chat }) {
    const { running } = chat;
    if (!running.length) throw new Refused('Nothing is running.');
    if (chat.session?.running) await chat.stop();
    else await Promise.all(running.map(session => session.stop()));
  },
};
