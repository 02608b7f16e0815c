import { openReplay } from '../chat/replayed.ts';
import type { Command } from './commands.ts';
import { importFile } from './importSession.ts';
import { pickSession } from './pickSession.ts';

const FROM_FILE = 'a file';

export const replaySession: Command = {
  title: 'Replay Session',
  needsTrust: true,
  async run(app) {
    const first = [{ label: '$(folder-opened) Import an Exported Session...', id: FROM_FILE }];
    const id = await pickSession({ title: 'Replay a session, step by step', first });
    if (id === FROM_FILE) return importFile(app);
    if (id) await openReplay(app, id);
  },
};
