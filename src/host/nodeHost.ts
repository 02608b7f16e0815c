/** The host without an editor: the file system, ripgrep and the shell of this machine. */
import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { atomicWrite } from './atomicWrite.ts';
import { commandEnvironment } from './command/commandEnvironment.ts';
import { runPiped } from './command/pipedCommand.ts';
import { errorCode, toHostError } from './fileErrors.ts';
import { createRepositories } from './git/repository.ts';
import { createLookingGit } from './git/settings.ts';
import { hardenedEnvironment } from './hardening.ts';
import { inDirectoryOf } from './heldDirectory.ts';
import {
  type CommandSpec,
  type FileStat,
  type FileText,
  type Host,
  HostError,
  type TextFormat,
} from './host.ts';
import { thisMachine } from './processes.ts';
import { readBytes } from './readBytes.ts';
import { resolvePath } from './resolvePath.ts';
import { findFiles, type Ripgrep, searchText } from './ripgrep.ts';
import { findRipgrep } from './ripgrepBinary.ts';
import { runConfined, takeUpConfined } from './sandbox/runConfined.ts';
import { createSandbox, type SandboxOptions } from './sandbox/sandbox.ts';
import { sweepTemporary } from './temporaryFile.ts';
import { decode, encode, hashOf, UTF8 } from './textFormat.ts';

export interface NodeHostOptions {
  /** Absolute. */
  roots: readonly string[];
  /** Path of the ripgrep program to use, when there is one already. */
  ripgrep?: string;
  /** What commands may inherit from; only known, harmless variables pass. Default: this process's environment. */
  env?: Record<string, string | undefined>;
  /** Asked for each command. Default: no sandbox. */
  sandbox?(): SandboxOptions | undefined;
}

/** Bytes. */
const READ_LIMIT = 20 * 1024 * 1024;

export function createNodeHost(options: NodeHostOptions): Host {
  const env = commandEnvironment(options.env ?? process.env);
  let found: Ripgrep | undefined;
  const ripgrep = () => {
    found ??= {
      program: findRipgrep(options.ripgrep, env.PATH ?? env.Path ?? '', options.roots),
      env,
    };
    return found;
  };
  const git = createLookingGit(env);
  const repositoryOf = createRepositories();
  const sandbox = createSandbox(() => options.sandbox?.(), {
    roots: () => options.roots,
    home: env.HOME ?? homedir(),
    platform: process.platform,
  });
  const unaskedEnvironment = async ({ outputFile }: CommandSpec) => {
    const confined = (await sandbox.state()).state === 'on';
    // Seatbelt would hide the place of ripgrep's settings.
    const isSeen = !confined || process.platform === 'linux';
    const ripgrep = isSeen ? await hardenedEnvironment(path.dirname(outputFile), { confined }) : {};
    return { ...ripgrep, ...(await git.environment()) };
  };
  return {
    platform: process.platform,
    machine: thisMachine(),
    roots: options.roots,
    read: (path, limits) => read(path, limits?.maxBytes ?? READ_LIMIT, options.roots),
    write: (path, text, expect, format) => write(path, text, expect, format, options.roots),
    sweep: path => sweep(path, options.roots),
    stat,
    resolve: async path => resolvePath(path),
    list,
    find: async (path, globs, max, signal) => findFiles(ripgrep(), path, globs, max, signal),
    search: async (query, signal) => searchText(ripgrep(), query, signal),
    async run(spec, onOutput, signal) {
      const full = { ...env, ...(spec.unasked && (await unaskedEnvironment(spec))) };
      if (process.platform === 'win32') return runPiped(spec, full, onOutput, signal);
      return runConfined(sandbox, spec, full, onOutput, signal);
    },
    takeUp: (begun, onOutput, signal) => takeUpConfined(sandbox, begun, onOutput, signal),
    sandbox: sandbox.state,
    async repository(directory) {
      if (!(await git.fit())) return { unfit: 'this machine has no git, or one before 2.32' };
      return repositoryOf(directory);
    },
    problems: async () => undefined,
  };
}

/** Where the directory is gone or led elsewhere, there is nothing of ours. */
const sweep = (file: string, roots: readonly string[]): Promise<void> =>
  inDirectoryOf(file, roots, false, async directory => sweepTemporary(directory)).catch(() => {});

async function read(file: string, maxBytes: number, roots: readonly string[]): Promise<FileText> {
  const { bytes } = await inDirectoryOf(file, roots, false, directory =>
    readBytes(path.join(directory, path.basename(file)), maxBytes, file),
  ).catch(error => {
    throw toHostError(error, file);
  });
  const decoded = decode(bytes);
  if (!decoded) throw new HostError('binary', `${file} is not a text file`);
  return { path: file, ...decoded, hash: hashOf(bytes), unsaved: false };
}

async function write(
  path: string,
  text: string,
  expect: string | null,
  format: TextFormat = UTF8,
  roots: readonly string[] = [],
): Promise<string> {
  const bytes = encode(text, format);
  await atomicWrite(path, bytes, expect, roots);
  return hashOf(bytes);
}

async function stat(path: string): Promise<FileStat | undefined> {
  try {
    const stats = lstatSync(path);
    const kind = stats.isFile()
      ? 'file'
      : stats.isDirectory()
        ? 'directory'
        : stats.isSymbolicLink()
          ? 'link'
          : 'special';
    const { size, mtimeMs, ctimeMs, mode } = stats;
    return { kind, size, modifiedAt: mtimeMs, changedAt: ctimeMs, mode: mode & 0o7777 };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw toHostError(error, path);
  }
}

async function list(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.map(entry => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  } catch (error) {
    throw toHostError(error, path);
  }
}
