import type { Command } from './commands.ts';

/** Makes room in the context of the shown session, before it is needed. */
export const summarise: Command = {
  title: 'Summarise earlier turns',
  run: ({ chat }) => chat.summarise(),
};
