import type { Command } from './commands.ts';

export const showLog: Command = {
  title: 'Show Log',
  run: ({ log }) => log.show(),
};
