import type { Command } from './commands.ts';

/** Hands the shown session to a process of its own, which outlives the editor. */
export const continueInBackground: Command = {
  title: 'Continue in Background',
  async run(app) {
    const { goOnInBackground } = await app.engine();
    await app.chat.toBackground(goOnInBackground);
  },
};
