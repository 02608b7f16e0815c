/** Every state of the chat view that looks different, by name. */
import type { HostMessage } from '../../../src/protocol/view.ts';
import { asks } from './asks.ts';
import { ends } from './ends.ts';
import { long } from './long.ts';
import { quiet } from './quiet.ts';
import { replays } from './replays.ts';
import { running } from './running.ts';
import { waiting } from './waiting.ts';

export interface Story {
  name: string;
  messages: () => HostMessage[];
  /** Accessible names of buttons to press once it is drawn, in order; a regular expression finds the first that fits. */
  press?: (string | RegExp)[];
  /** Text to type into the composer. */
  type?: string;
}

export const stories: Story[] = [...quiet, ...running, ...asks, ...ends, ...waiting, ...replays, ...long];
