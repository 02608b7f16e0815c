import { act, answer, runCommand, type Scenario } from '../../src/standin/script.ts';

/** A scenario that runs the person's message as a command, once, and is done. */
export const obedient: Scenario = {
  name: 'obedient',
  about: 'runs what it is told to',
  matches: () => true,
  next: ({ task, done }) =>
    done.length ? answer('It ran.', 'Done.') : act('As told.', runCommand({ command: task })),
};
