/** A session that is looked at again, as the host's own replay sends it. */
import { createReplays } from '../../../src/extension/chat/replays.ts';
import type { HostMessage } from '../../../src/protocol/view.ts';
import { edit, run } from './calls.ts';
import { wholeRun } from './quiet.ts';
import { around } from './script.ts';
import type { Story } from './stories.ts';

/** What the host would send for these moves. */
export function replayed(moves: number[], imported = false, twoTurns = false): HostMessage[] {
  const session = wholeRun();
  if (twoTurns)
    session
      .say('And the discount test')
      .step({ calls: [edit('src/cart/total.ts')] })
      .end('stopped');
  const replays = createReplays();
  const sent: HostMessage[] = [];
  replays.onMove(message => sent.push(message));
  replays.open(session.events, { id: 'story', imported });
  const first = { ...around, ...replays.shown!.snapshot() };
  for (const move of moves) replays.shown!.to(move);
  return [first, ...sent];
}

/** A run that waits: the card of the question must not come back. */
export function replayedApproval(): HostMessage[] {
  const session = wholeRun().say('Run it once more');
  const [id] = session.reply({ calls: [run('npm test', 'ok')] });
  session.ask(id!, { kind: 'command', command: 'npm test', cwd: '/projects/shop' }, ['It runs a command.']);
  const replays = createReplays();
  replays.open(session.events, { id: 'story', imported: false });
  const sent: HostMessage[] = [];
  replays.onMove(message => sent.push(message));
  const first = { ...around, ...replays.shown!.snapshot() };
  replays.shown!.to(1e6);
  return [first, ...sent];
}

export const replays: Story[] = [
  { name: 'replay-begin', messages: () => replayed([]) },
  { name: 'replay-middle', messages: () => replayed([31], true), press: [/^Edited/] },
  { name: 'replay-end', messages: () => replayed([1e6], true, true) },
  { name: 'replay-approval', messages: replayedApproval, press: [/^Run npm test/] },
  { name: 'replay-speeds', messages: () => replayed([9], false, true), press: ['Speed'] },
];
