/** The sandbox of Linux: namespaces and mounts, set up by bubblewrap (bwrap(1)). */
import { execFile } from 'node:child_process';
import { realpath, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { toHostError } from '../fileErrors.ts';
import { type Covers, makeCovers } from './covers.ts';
import { type Guards, guardsFor } from './guards.ts';
import { type Hidden, hiddenPlaces, isBelow } from './hidden.ts';
import { holdAbsent, letGo } from './placeholders.ts';
import type { Confined, Confinement, Confiner, SandboxOptions, World } from './sandbox.ts';
import { takeBack } from './takeBack.ts';
import { createTree } from './tree.ts';

/** Never from the PATH, which may lead into the workspace. */
const PLACES = ['/usr/bin/bwrap', '/bin/bwrap', '/usr/local/bin/bwrap', '/run/current-system/sw/bin/bwrap'];

/**
 * Everything of its own: processes, network, users, hosts' names, shared memory. No further user namespaces, so that
 * nothing can be mounted inside. Whatever the terminal is, the command has none: the host starts it in a new session.
 */
const NAMESPACES = ['--unshare-all', '--unshare-user', '--disable-userns', '--cap-drop', 'ALL', '--as-pid-1'];
/** `--disable-userns` came with 0.8. What can be mounted without it stays inside, and covers cannot be lifted. */
const OLDER = NAMESPACES.filter(flag => flag !== '--disable-userns');

/** The settings of the kernel belong to the account that started us, where that is root's, also in a namespace. */
const KERNEL = ['/proc/sys', '/proc/sysrq-trigger', '/proc/irq', '/proc/bus', '/proc/fs', '/proc/acpi'];
/** Programs of NixOS. All else in /run are sockets: of containers, agents, desktops. */
const KEPT_OF_RUN = ['/run/current-system', '/run/wrappers', '/run/booted-system', '/run/opengl-driver'];
/** Where name servers are told, when the network is allowed. */
const NAME_SERVICE = ['/run/systemd/resolve', '/run/resolvconf', '/run/NetworkManager/resolv.conf'];

/**
 * The first process inside, with which all others end. bwrap's own is not used: it is left as a zombie to whoever runs
 * the machine, and not everyone who does collects them, so that the command would seem to run on.
 */
const FIRST_PROCESS = ['/bin/sh', '-c', '"$@"; exit $?', 'sh'];

const PROBE_MS = 10_000;
const run = promisify(execFile);

export function createBubblewrap(world: World, options: SandboxOptions): Confiner {
  let ready: Promise<Ready> | undefined;
  let prepared: { key: string; hidden: Promise<Hidden[]> } | undefined;

  const hiddenFor = (roots: readonly string[]): Promise<Hidden[]> => {
    const key = roots.join('\0');
    if (prepared?.key !== key)
      prepared = {
        key,
        hidden: hiddenPlaces(world.home, [options.directory, ...options.hidden], options.names, roots),
      };
    return prepared.hidden;
  };
  const trees = new Map<string, ReturnType<typeof createTree>>();
  const findGuards = async (roots: readonly string[], onlyLooks = false): Promise<Guards> => {
    const found = roots.map(root => {
      if (!trees.has(root)) trees.set(root, createTree(root, options.names));
      return trees.get(root)!();
    });
    return guardsFor(roots, (await Promise.all(found)).flat(), onlyLooks);
  };
  const prepare = () => (ready ??= getReady(options));

  return {
    async problem() {
      const roots = await realRoots(world.roots());
      const unfit = unfitRoot(roots);
      if (unfit) return unfit;
      const made = await prepare();
      return 'why' in made ? made.why : undefined;
    },

    async confine(wanted) {
      const made = await prepare();
      if ('why' in made) throw new Error(made.why);
      const roots = await realRoots(world.roots());
      try {
        const guards = await findGuards(roots, wanted.onlyLooks);
        const scratch = await made.covers.scratch(wanted.scratch);
        await holdAbsent(guards.absent);
        const { env, settings } = insideEnvironment(wanted.env);
        const args = [
          ...made.flags,
          ...mounts(roots, guards, await hiddenFor(roots), made.covers, { ...wanted, scratch, settings }),
        ];
        const { network, onlyLooks } = wanted;
        const before = { absent: [...guards.absent], control: [...guards.control] };
        return {
          argv: [made.program, ...args, '--', ...FIRST_PROCESS, ...wanted.argv],
          env,
          afterwards: onlyLooks ? { network } : { network, before },
        } satisfies Confined;
      } catch (error) {
        throw toHostError(error, 'the sandbox');
      }
    },

    async leave(before) {
      await letGo(before.absent);
      return takeBack(before, await findGuards(await realRoots(world.roots())), options.directory);
    },
  };
}

type Ready = { program: string; flags: string[]; covers: Covers } | { why: string };

/** Looks once whether it really works here: kernels, containers and outer sandboxes forbid it in many ways. */
async function getReady({ directory }: SandboxOptions): Promise<Ready> {
  const program = await findProgram();
  if (!program) return { why: 'bubblewrap is not installed (the package is named "bubblewrap").' };
  let said = '';
  for (const flags of [NAMESPACES, OLDER]) {
    try {
      const all = [...flags, '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', ...coverKernel()];
      await run(program, [...all, '--', '/bin/sh', '-c', 'exit 0'], { timeout: PROBE_MS, env: {} });
      return { program, flags, covers: await makeCovers(directory) };
    } catch (error) {
      said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    }
  }
  const line =
    said
      .trim()
      .split('\n')[0]
      ?.replace(/^bwrap: /, '') ?? '';
  return { why: `bubblewrap does not work here: ${line}.` };
}

/** Root's own and nobody else's to change. */
async function findProgram(): Promise<string | undefined> {
  for (const place of PLACES) {
    const stats = await stat(place).catch(() => undefined);
    if (stats?.isFile() && stats.uid === 0 && (stats.mode & 0o022) === 0) return place;
  }
  return undefined;
}

async function realRoots(roots: readonly string[]): Promise<string[]> {
  const real = await Promise.all(roots.map(root => realpath(root).catch(() => root)));
  // A folder within another one is writable with it.
  return [...new Set(real)].sort();
}

function unfitRoot(roots: readonly string[]): string | undefined {
  const system = ['/proc', '/dev', '/sys', '/run', '/etc', '/usr', '/bin', '/boot', '/lib'];
  const sources = ['/usr/src', '/usr/local/src'];
  const within = (root: string, places: string[]) =>
    places.some(place => root === place || isBelow(root, place));
  const bad = roots.find(root => root === '/' || (within(root, system) && !within(root, sources)));
  return bad && `A sandbox cannot hold a command that may change ${bad}.`;
}

const bind = (kind: '--bind' | '--ro-bind' | '--ro-bind-try', place: string, as = place) => [kind, place, as];
const coverKernel = () => KERNEL.flatMap(place => bind('--ro-bind-try', place));

/** In this order: what comes later lies on top. */
function mounts(
  roots: readonly string[],
  guards: Guards,
  hidden: readonly Hidden[],
  covers: Covers,
  { scratch, cwd, network, onlyLooks, settings }: Confinement & { settings: string | undefined },
): string[] {
  const args = [...bind('--ro-bind', '/'), '--dev', '/dev', '--proc', '/proc', ...coverKernel()];
  args.push('--tmpfs', '/run', ...KEPT_OF_RUN.flatMap(place => bind('--ro-bind-try', place)));
  if (network) args.unshift('--share-net');
  if (network) args.push(...NAME_SERVICE.flatMap(place => bind('--ro-bind-try', place)));
  for (const place of hidden)
    args.push(...bind('--ro-bind', place.directory ? covers.directory : covers.file, place.path));
  args.push('--tmpfs', '/var/tmp', ...bind('--bind', scratch, '/tmp'));
  if (settings) args.push(...bind('--ro-bind', settings, RIPGREP_SETTINGS));
  for (const root of roots) args.push(...bind(onlyLooks ? '--ro-bind' : '--bind', root));
  // Records of Ascent's own that lie inside the workspace.
  for (const place of hidden)
    if (roots.some(root => isBelow(place.path, root)))
      args.push(...bind('--ro-bind', place.directory ? covers.directory : covers.file, place.path));

  type Mount = [place: string, args: string[]];
  const onTop: Mount[] = [
    ...[...guards.pinned].map((place): Mount => [place, bind('--bind', place)]),
    ...[...guards.readOnly].map((place): Mount => [place, bind('--ro-bind', place)]),
    ...[...guards.absent].map((place): Mount => [place, bind('--ro-bind', place)]),
    ...[...guards.masked].map((place): Mount => [place, bind('--ro-bind', covers.for(place), place)]),
  ];
  // Outer directories first, or they would lie over what is inside them.
  onTop.sort(([a], [b]) => (a < b ? -1 : 1));
  return [...args, ...onTop.flatMap(([, mount]) => mount), '--chdir', cwd];
}

/** Where the settings of ripgrep are seen inside; the place where the host keeps them is hidden. */
const RIPGREP_SETTINGS = '/tmp/.ascent-ripgrep';

/** The command's own /tmp; no way to sockets that are not there; caches that can be written. */
function insideEnvironment(outside: Record<string, string>) {
  const { XDG_RUNTIME_DIR: _, RIPGREP_CONFIG_PATH: settings, ...env } = outside;
  const own = {
    TMPDIR: '/tmp',
    TMP: '/tmp',
    TEMP: '/tmp',
    GOCACHE: '/tmp/go-build',
    npm_config_logs_max: '0',
    npm_config_update_notifier: 'false',
    ...(settings && { RIPGREP_CONFIG_PATH: RIPGREP_SETTINGS }),
  };
  return { env: { ...env, ...own }, settings };
}
