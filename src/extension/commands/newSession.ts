import type { Command } from './commands.ts';

/** Shows an empty chat; the session itself begins with its first message. What runs goes on behind. */
export const newSession: Command = {
  title: 'New Session',
  async run({ chat, replays, view }) {
    replays.close();
    await chat.startFresh();
    await view.focus();
  },
};
