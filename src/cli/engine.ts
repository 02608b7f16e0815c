/** Puts the rooms together for the command line. */
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readAsset } from '../host/assets.ts';
import { createNodeHost } from '../host/nodeHost.ts';
import { createModelClient } from '../model/connect.ts';
import { createScheduler } from '../model/scheduler.ts';
import { guardedNames } from '../safety/paths/guards.ts';
import { createSessions } from '../session/createSessions.ts';
import { readInstructions } from '../session/instructions.ts';
import { learntFile } from '../session/learntFile.ts';
import type { Session, Sessions } from '../session/sessions.ts';
import { defaultStateDir } from '../session/stateDir.ts';
import { standinAt } from '../standin/fromUrl.ts';
import type { Standin } from '../standin/standin.ts';
import { type RunOptions, UsageError } from './args.ts';
import { apiKeyOf, backendOf, renamedBackend, servedIfTold } from './backend.ts';

export interface Engine {
  sessions: Sessions;
  start(): Promise<Session>;
  /**
   * From now on the session talks to the backend that the options name, if they name one. Gives what people should know:
   * that the key is not for the session's own.
   */
  followOptions(session: Session): Promise<string | undefined>;
}

const DEFAULT_STEPS = 300;

/** Throws UsageError when a folder is not there or the backend's address makes no sense. */
export async function createEngine(
  options: RunOptions,
  roots: readonly string[],
  env: NodeJS.ProcessEnv,
  attended: boolean,
): Promise<Engine> {
  const stateDir = options['state-dir'] ?? defaultStateDir(env);
  const host = createNodeHost({
    roots,
    ripgrep: options.ripgrep,
    sandbox: () => ({
      use: options.sandbox ?? 'whenAvailable',
      network: options['sandbox-network'],
      tolerated: options.sandbox === undefined,
      directory: path.resolve(stateDir, 'sandbox'),
      hidden: [stateDir, options['sandbox-hide']].flatMap(folder => (folder ? path.resolve(folder) : [])),
      names: guardedNames,
    }),
  });
  for (const root of roots)
    if ((await host.stat(root))?.kind !== 'directory') throw new UsageError(`There is no folder ${root}.`);
  const backend = backendOf(options, env);
  let standin: Standin | undefined;
  const scheduler = createScheduler();
  const apiKey = apiKeyOf(options, env);
  const learnt = learntFile(stateDir);
  const sessions = createSessions({
    host,
    stateDir,
    attended,
    holder: options.background ? 'background' : 'terminal',
    now: Date.now,
    loadWasm: name => readAsset(__dirname, name),
    limits: () => ({
      maxSteps: options['max-steps'] ?? DEFAULT_STEPS,
      maxCost: options['max-cost'],
      maxCostPerTurn: options['max-cost-per-turn'],
      maxCostPerDay: options['max-cost-per-day'],
    }),
    instructions: () => readInstructions(host),
    // The key belongs to the backend this command line names; a resumed session may name another.
    connect: async wanted => {
      if (wanted.standIn) {
        standin ??= standinAt(wanted.baseUrl, wanted.model);
        return createModelClient({ backend: { ...wanted, baseUrl: standin.baseUrl }, fetch: standin.fetch });
      }
      return createModelClient({
        backend: wanted,
        scheduler,
        apiKey: wanted.baseUrl === backend.baseUrl ? apiKey : undefined,
        learnt,
      });
    },
  });
  return {
    sessions,
    async followOptions(session) {
      const own = session.transcript.head.backend;
      const named = renamedBackend(own, options, env);
      if (!isDeepStrictEqual(named, own)) await session.setBackend(await servedIfTold(named, apiKey));
      if (!apiKey || named.standIn || named.baseUrl === backend.baseUrl) return undefined;
      return `${named.baseUrl} gets no key: yours is for the backend you name. If it is this one, add --base-url ${named.baseUrl}.`;
    },
    start: async () =>
      sessions.start({ backend: await servedIfTold(backend, apiKey), mode: options.approve ?? 'ask' }),
  };
}
