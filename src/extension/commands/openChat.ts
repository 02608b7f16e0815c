import type { Command } from './commands.ts';

export const openChat: Command = {
  title: 'Open Chat',
  run: ({ view }) => view.focus(),
};
