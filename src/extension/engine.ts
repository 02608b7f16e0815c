/** The parts of the other rooms, put together for this editor. The only file of this room that makes them. */
import path from 'node:path';
import * as vscode from 'vscode';
import { readAsset } from '../host/assets.ts';
import type { Host } from '../host/host.ts';
import { createNodeHost } from '../host/nodeHost.ts';
import type { ModelClient, ModelInfo } from '../model/client.ts';
import { createModelClient } from '../model/connect.ts';
import { createScheduler } from '../model/scheduler.ts';
import { withServedModel } from '../model/servedModel.ts';
import type { Report } from '../model/verify/report.ts';
import { type Progress, verifyBackend } from '../model/verify/verify.ts';
import type { Backend } from '../protocol/events.ts';
import type { SessionHead } from '../protocol/transcript.ts';
import { guardedNames } from '../safety/paths/guards.ts';
import { startInBackground } from '../session/background.ts';
import { createSessions } from '../session/createSessions.ts';
import { readInstructions } from '../session/instructions.ts';
import { learntFile } from '../session/learntFile.ts';
import type { Limits, Sessions } from '../session/sessions.ts';
import { defaultStateDir } from '../session/stateDir.ts';
import { openVerificationLedger } from '../session/verificationLedger.ts';
import { standinAt } from '../standin/fromUrl.ts';
import type { Standin } from '../standin/standin.ts';
import { backgroundArgs, backgroundEnv } from './background.ts';
import { findRipgrep, ripgrepPlaces } from './editor/ripgrep.ts';
import { createVscodeHost, workspaceRoots } from './editor/vscodeHost.ts';
import type { Keys } from './keys.ts';
import type { Log } from './log.ts';
import { DEFAULT_MODEL, type Settings } from './settings.ts';

export interface Engine {
  host: Host;
  sessions: Sessions;
  /** Asks a backend what it serves. Throws ModelError. */
  probe(backend: Backend, signal: AbortSignal): Promise<ModelInfo>;
  /** With the model it serves, where nobody named one; with the usual name where it does not tell. */
  served(backend: Backend): Promise<Backend>;
  /** Starts a process that goes on with a session nobody holds, see `startInBackground`. */
  goOnInBackground(head: SessionHead): Promise<void>;
  /** Probes a backend's wire, see `verifyBackend`. */
  verify(backend: Backend, signal: AbortSignal, onProgress: (progress: Progress) => void): Promise<Report>;
}

export interface EngineOptions {
  /** Where VS Code itself is installed. */
  appRoot: string;
  keys: Keys;
  limits(): Limits;
  sandbox(): Settings['sandbox'];
  /** Where the editor keeps what it keeps for this person, secrets too. */
  editorData: string;
  log: Log;
}

export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { appRoot, keys, limits, log, sandbox, editorData } = options;
  const stateDir = defaultStateDir(process.env);
  const ripgrep = await findRipgrep(ripgrepPlaces(appRoot, process.platform, process.arch), exists);
  if (!ripgrep) log.info("VS Code's own ripgrep was not found; the one on the PATH is used");
  const plain = createNodeHost({
    get roots() {
      return workspaceRoots();
    },
    ripgrep,
    sandbox: () => ({
      ...sandbox(),
      directory: path.join(stateDir, 'sandbox'),
      hidden: [stateDir, editorData],
      names: guardedNames,
    }),
  });
  const host = createVscodeHost(plain);

  const learnt = learntFile(stateDir);
  const scheduler = createScheduler();
  // Kept between turns, as it counts which prefixes it has seen.
  const standins = new Map<string, Standin>();
  /** How a backend is reached: over the network with its own key, or inside this process. */
  const reach = async (backend: Backend) => {
    const { baseUrl, model } = backend;
    if (!backend.standIn) return { backend, apiKey: await keys.get(baseUrl) };
    const standin = standins.get(baseUrl) ?? standinAt(baseUrl, model);
    standins.set(baseUrl, standin);
    return { backend: { ...backend, baseUrl: standin.baseUrl }, fetch: standin.fetch };
  };
  const connect = async (backend: Backend): Promise<ModelClient> => {
    const reached = await reach(backend);
    // What a script does teaches nothing about backends.
    return createModelClient(backend.standIn ? reached : { ...reached, learnt, scheduler });
  };
  const named = async (backend: Backend, signal: AbortSignal): Promise<Backend> =>
    backend.model
      ? backend
      : withServedModel({
          backend,
          apiKey: await keys.get(backend.baseUrl),
          otherwise: DEFAULT_MODEL,
          signal,
        });

  const sessions = createSessions({
    host,
    stateDir,
    connect,
    loadWasm: name => readAsset(__dirname, name),
    limits,
    attended: true,
    holder: 'window',
    now: Date.now,
    instructions: async () => (vscode.workspace.isTrusted ? readInstructions(host) : undefined),
  });
  return {
    host,
    sessions,
    async probe(backend, signal) {
      return (await connect(await named(backend, signal))).info(signal);
    },
    async served(backend) {
      // What is wrong with the backend, the turn will tell, with the button that helps.
      const usual = { ...backend, model: backend.model || DEFAULT_MODEL };
      return named(backend, new AbortController().signal).catch(() => usual);
    },
    async goOnInBackground({ id, backend, roots }) {
      const apiKey = backend.standIn ? undefined : await keys.get(backend.baseUrl);
      await startInBackground({
        stateDir,
        id,
        program: process.execPath,
        args: [
          path.join(__dirname, 'cli.cjs'),
          ...backgroundArgs({
            id,
            stateDir,
            backend,
            limits: limits(),
            sandbox: sandbox(),
            editorData,
            ripgrep,
            apiKey,
          }),
        ],
        env: backgroundEnv(process.env),
        cwd: roots[0] ?? workspaceRoots()[0]!,
        input: apiKey ? `${apiKey}\n` : '',
      });
    },
    async verify(backend, signal, onProgress) {
      const ledger = await openVerificationLedger({ stateDir, backend, now: Date.now, limits });
      try {
        const reached = await reach(backend);
        const report = await verifyBackend({ ...reached, scheduler, signal, ledger, onProgress });
        return { ...report, backend };
      } finally {
        await ledger.close();
      }
    },
  };
}

const exists = (file: string) =>
  vscode.workspace.fs.stat(vscode.Uri.file(file)).then(
    () => true,
    () => false,
  ) as Promise<boolean>;
