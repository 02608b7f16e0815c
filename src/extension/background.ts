/** The command line that goes on with a session of the editor: what it is told, and how it learns the key. */
import type { Backend } from '../protocol/events.ts';
import type { Limits } from '../session/sessions.ts';
import type { Settings } from './settings.ts';

export interface BackgroundWish {
  id: string;
  stateDir: string;
  backend: Backend;
  limits: Limits;
  sandbox: Settings['sandbox'];
  /** Holds the editor's secrets: commands in the sandbox do not see it. */
  editorData: string;
  ripgrep: string | undefined;
  /** Goes through standard input alone. */
  apiKey: string | undefined;
}

/** Arguments of `ascent`. Never the key: they can be seen by every user of the machine. */
export function backgroundArgs(wish: BackgroundWish): string[] {
  const { id, stateDir, backend, limits, sandbox, editorData, ripgrep, apiKey } = wish;
  const given: Record<string, string | number | undefined> = {
    '--state-dir': stateDir,
    '--base-url': backend.baseUrl,
    '--model': backend.model,
    '--profile': backend.standIn ? undefined : backend.profile,
    '--sandbox': sandbox.use,
    '--sandbox-hide': editorData,
    '--max-steps': limits.maxSteps,
    '--max-cost': limits.maxCost,
    '--max-cost-per-turn': limits.maxCostPerTurn,
    '--max-cost-per-day': limits.maxCostPerDay,
    '--ripgrep': ripgrep,
  };
  const options = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [name, String(value)],
  );
  const flags = [...(apiKey ? ['--api-key-stdin'] : []), ...(sandbox.network ? ['--sandbox-network'] : [])];
  return ['resume', id, '--background', ...flags, ...options];
}

/** The editor's environment without what is the editor's alone, and without a key: an environment can be read later. */
export function backgroundEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = /^(VSCODE_|ELECTRON_|APPLICATION_INSIGHTS|ASCENT_)/;
  const kept = Object.entries(env).filter(([name]) => !own.test(name));
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' };
}
