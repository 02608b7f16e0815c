/** The parts of the other rooms, put together for this editor. The only file of this room that makes them. */
import * as vscode from 'vscode';
import { readAsset } from '../host/assets.ts';
import type { Host } from '../host/host.ts';
import { createNodeHost } from '../host/nodeHost.ts';
import type { ModelClient, ModelInfo } from '../model/client.ts';
import { createModelClient } from '../model/connect.ts';
import { createScheduler } from '../model/scheduler.ts';
import type { Backend } from '../protocol/events.ts';
import { createSessions } from '../session/createSessions.ts';
import { readInstructions } from '../session/instructions.ts';
import { learntFile } from '../session/learntFile.ts';
import type { Limits, Sessions } from '../session/sessions.ts';
import { defaultStateDir } from '../session/stateDir.ts';
import { standinAt } from '../standin/fromUrl.ts';
import type { Standin } from '../standin/standin.ts';
import { findRipgrep, ripgrepPlaces } from './editor/ripgrep.ts';
import { createVscodeHost, workspaceRoots } from './editor/vscodeHost.ts';
import type { Keys } from './keys.ts';
import type { Log } from './log.ts';

export interface Engine {
  host: Host;
  sessions: Sessions;
  /** Asks a backend what it serves. Throws ModelError. */
  probe(backend: Backend, signal: AbortSignal): Promise<ModelInfo>;
}

export interface EngineOptions {
  /** Where VS Code itself is installed. */
  appRoot: string;
  keys: Keys;
  limits(): Limits;
  log: Log;
}

export async function createEngine({ appRoot, keys, limits, log }: EngineOptions): Promise<Engine> {
  const ripgrep = await findRipgrep(ripgrepPlaces(appRoot, process.platform, process.arch), exists);
  if (!ripgrep) log.info("VS Code's own ripgrep was not found; the one on the PATH is used");
  const plain = createNodeHost({
    get roots() {
      return workspaceRoots();
    },
    ripgrep,
  });
  const host = createVscodeHost(plain);

  const stateDir = defaultStateDir(process.env);
  const learnt = learntFile(stateDir);
  const scheduler = createScheduler();
  // Kept between turns, as it counts which prefixes it has seen.
  const standins = new Map<string, Standin>();
  const connect = async (backend: Backend): Promise<ModelClient> => {
    const { baseUrl, model } = backend;
    if (!backend.standIn)
      return createModelClient({ backend, apiKey: await keys.get(baseUrl), learnt, scheduler });
    const standin = standins.get(baseUrl) ?? standinAt(baseUrl, model);
    standins.set(baseUrl, standin);
    return createModelClient({ backend: { ...backend, baseUrl: standin.baseUrl }, fetch: standin.fetch });
  };

  const sessions = createSessions({
    host,
    stateDir,
    connect,
    loadWasm: name => readAsset(__dirname, name),
    limits,
    attended: true,
    now: Date.now,
    instructions: async () => (vscode.workspace.isTrusted ? readInstructions(host) : undefined),
  });
  const probe = async (backend: Backend, signal: AbortSignal) => (await connect(backend)).info(signal);
  return { host, sessions, probe };
}

const exists = (file: string) =>
  vscode.workspace.fs.stat(vscode.Uri.file(file)).then(
    () => true,
    () => false,
  ) as Promise<boolean>;
