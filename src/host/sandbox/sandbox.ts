/**
 * What holds a command while it runs: it may write the workspace's folders (not if it only looks) and a /tmp of its own,
 * not the files that steer tools; it sees no secrets, no other processes and no network. Why it is made so: docs/adr/0012-the-sandbox.md.
 */
import type { SandboxState } from '../../protocol/sandbox.ts';
import { HostError } from '../host.ts';
import { createBubblewrap } from './bubblewrap.ts';
import { createSeatbelt } from './seatbelt.ts';

export type SandboxUse = 'off' | 'whenAvailable' | 'required';

export interface SandboxOptions {
  use: SandboxUse;
  /** Commands reach the network without asking for it. */
  network: boolean;
  /** Nobody asked for a sandbox, see SandboxState. */
  tolerated?: boolean;
  /** A directory of Ascent's own; absolute, outside the workspace. */
  directory: string;
  /** More directories and files that no command may see: Ascent's records, the editor's data. */
  hidden: readonly string[];
  names: SensitiveNames;
}

/** Which names are guarded; the rules of safety/ say so, see safety/paths/guards.ts. */
export interface SensitiveNames {
  readonly controlExpressions: readonly string[];
  readonly secretGlobs: readonly string[];
  guardsOf(components: readonly string[]): { kind: 'control' | 'secret'; depth: number }[];
  readonly stores: readonly string[];
}

/** One command, as it is to be started. */
export interface Confined {
  argv: string[];
  env: Record<string, string>;
  afterwards: Afterwards;
}

/** What has to be known when a command has ended; data, so that another process can read it. */
export interface Afterwards {
  network: boolean;
  /** Absent: it could write nothing. */
  before?: Before;
}

/** What of the workspace a command found. */
export interface Before {
  /** Names that were kept free. */
  absent: string[];
  /** The control files there were; of a link, where it led. */
  control: [path: string, leadsTo: string | null][];
}

export interface Confinement {
  argv: readonly string[];
  env: Record<string, string>;
  cwd: string;
  /** Becomes the command's /tmp; made when it is missing. */
  scratch: string;
  network: boolean;
  /** It was not asked about: it gets no right to write the workspace, which it said it does not need. */
  onlyLooks: boolean;
}

/** One operating system's way. */
export interface Confiner {
  /** Undefined when it works here; else why not, as a sentence. */
  problem(): Promise<string | undefined>;
  confine(wanted: Confinement): Promise<Confined>;
  /** Gives the paths of control files that the command made: they were taken back. */
  leave(before: Before): Promise<string[]>;
}

export interface Sandbox {
  state(): Promise<SandboxState>;
  /** Undefined when the command is to run without. Throws HostError when it must not run at all. */
  enter(wanted: Omit<Confinement, 'network'> & Permission): Promise<Confined | undefined>;
  /** Once the command and everything it started has ended. Gives the paths of what it made and was taken back. */
  leave(afterwards: Afterwards): Promise<string[]>;
}
interface Permission {
  /** The person allowed this very command to run outside, or to reach the network. */
  outside?: boolean;
  network?: boolean;
}

export interface World {
  roots: () => readonly string[];
  home: string;
  platform: NodeJS.Platform;
}

const NOWHERE: Confiner = {
  problem: async () => 'There is no sandbox for commands on this system.',
  confine: async () => {
    throw new HostError('failed', 'there is no sandbox on this system');
  },
  leave: async () => [],
};

/** `options` is asked again for each command: settings change. */
export function createSandbox(options: () => SandboxOptions | undefined, world: World): Sandbox {
  let made: { options: SandboxOptions; confiner: Confiner } | undefined;
  const confinerFor = (wanted: SandboxOptions): Confiner => {
    if (made?.options.directory !== wanted.directory)
      made = { options: wanted, confiner: confinerOf(world, wanted) };
    return made!.confiner;
  };

  async function state(): Promise<SandboxState> {
    const wanted = options();
    if (!wanted || wanted.use === 'off') return { state: 'off' };
    const why = await confinerFor(wanted).problem();
    if (why === undefined) return { state: 'on', network: wanted.network };
    const required = wanted.use === 'required';
    return { state: 'unavailable', why, required, tolerated: !required && wanted.tolerated === true };
  }

  return {
    state,
    async enter({ outside, network, ...wanted }) {
      const now = await state();
      if (now.state === 'off' || outside) return undefined;
      if (now.state === 'on')
        return confinerFor(options()!).confine({ ...wanted, network: network || now.network });
      if (now.required) throw new HostError('denied', `the sandbox is required and cannot start. ${now.why}`);
      return undefined;
    },
    async leave({ before }) {
      const wanted = options();
      return wanted && before ? confinerFor(wanted).leave(before) : [];
    },
  };
}

function confinerOf(world: World, options: SandboxOptions): Confiner {
  if (world.platform === 'linux') return createBubblewrap(world, options);
  if (world.platform === 'darwin') return createSeatbelt(world, options);
  return NOWHERE;
}
