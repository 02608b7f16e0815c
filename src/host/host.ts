/**
 * What the outside world can do for the agent. Two implementations: nodeHost (command line) and vscodeHost (editor
 * buffers, WorkspaceEdit, diagnostics). Paths are absolute everywhere; nothing here decides whether something may
 * happen. Failures that a model or a person can act on are HostError; everything else is a bug.
 */
import type { Problem } from '../protocol/display.ts';
import type { Repository } from '../protocol/repository.ts';
import type { SandboxState } from '../protocol/sandbox.ts';

export type HostErrorCode =
  | 'notFound'
  | 'notAFile'
  | 'notADirectory'
  | 'tooLarge'
  | 'binary'
  | 'changed'
  | 'denied'
  | 'noSpace'
  | 'badPattern'
  | 'failed';

export class HostError extends Error {
  override readonly name = 'HostError';
  readonly code: HostErrorCode;
  constructor(code: HostErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** How a file's bytes become text and back, kept across an edit. */
export interface TextFormat {
  charset: 'utf8' | 'utf16le' | 'utf16be' | 'latin1';
  bom: boolean;
}

export interface FileText {
  path: string;
  /** Decoded, line ends untouched. */
  text: string;
  /** sha256 hex of the bytes `text` stands for (for an unsaved editor: of what saving it would write). */
  hash: string;
  format: TextFormat;
  /** The editor holds changes that are not on disk. */
  unsaved: boolean;
}

export interface FileStat {
  kind: 'file' | 'directory' | 'link' | 'special';
  /** Bytes. */
  size: number;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
  /** When anything about it was changed last, which no program can set; the same unit. Absent where it is not known. */
  changedAt?: number;
  /** The permission bits. */
  mode: number;
}

export interface SearchQuery {
  pattern: string;
  /** `pattern` is a regular expression in ripgrep's syntax; else plain text. */
  regex: boolean;
  caseSensitive: boolean;
  /** Where to look: a directory or a file. */
  path: string;
  /** Globs relative to `path`; a leading `!` excludes. */
  globs: string[];
  /** Asked for each match, with its absolute path: true leaves it out, and it counts for nothing. */
  leaveOut?(path: string): boolean;
  maxMatches: number;
}
export interface SearchMatch {
  path: string;
  /** 1-based. */
  line: number;
  text: string;
}
export interface SearchResult {
  matches: SearchMatch[];
  /** True when `maxMatches` (or the time limit) cut it. */
  limited: boolean;
}

export interface CommandSpec {
  command: string;
  cwd: string;
  timeoutMs: number;
  /** Where the full output is written while it runs. */
  outputFile: string;
  /** Nobody was asked about it, because it only looks: its programs get settings that keep them to that. */
  unasked?: boolean;
  /** A person allowed this very command to run outside the sandbox. */
  outside?: boolean;
  /** A person allowed it to reach the network. */
  network?: boolean;
}
export interface CommandOutcome {
  exitCode: number | null;
  signal: string | null;
  timedOut: boolean;
  /** Somebody stopped it. */
  stopped?: boolean;
  /** The disk could not take part of the output, or give it back. */
  outputLost?: boolean;
  /** The first and last part of what it printed (stdout and stderr as they came), decoded. */
  head: string;
  tail: string;
  totalBytes: number;
  /** Bytes between head and tail that only `outputFile` holds. */
  omittedBytes: number;
  /** Set when it ran in the sandbox. */
  sandbox?: {
    network: boolean;
    /** Control files it made that were put aside, absolute. */
    takenBack: string[];
  };
}

/** A command that an earlier process was about to run, as it recorded it. */
export interface BegunCommand {
  outputFile: string;
  timeoutMs: number;
  /** `Host.machine` at that time; absent in old records. */
  machine: string | undefined;
  /** When that was recorded; milliseconds since the epoch. */
  at: number;
}
export type CommandFate =
  /** And never will be. */
  | { fate: 'notStarted' }
  | { fate: 'ended'; outcome: CommandOutcome; durationMs: number }
  | {
      fate: 'unknown';
      /** It ran on another machine; the machine was restarted since; its wrapper is gone and left no word. */
      why: 'elsewhere' | 'restarted' | 'vanished';
      output: Pick<CommandOutcome, 'head' | 'tail' | 'totalBytes' | 'omittedBytes'>;
      /** Milliseconds since the epoch; undefined when no output was found. */
      lastPrintedAt: number | undefined;
      /** Processes that the command started and that were found running. */
      stillRunning: number[];
    };

/** A signal aborted with this lets go of a command without ending it: another process may take it up. */
export class LeftRunning extends Error {
  override readonly name = 'LeftRunning';
  constructor() {
    super('Left running.');
  }
}

export interface Host {
  readonly platform: NodeJS.Platform;
  /** Names the machine and its start: a process number, and what a file does not say, mean nothing elsewhere. */
  readonly machine: string;
  /** The workspace's folders; the first is where commands run by default. */
  readonly roots: readonly string[];

  /** Text of a regular file (or of its unsaved editor). HostError: notFound, notAFile, tooLarge, binary. */
  read(path: string, limits?: { maxBytes?: number }): Promise<FileText>;
  /**
   * Replaces or creates a file atomically, keeping its mode. `expect` is the hash the file must still have (null:
   * must not exist), else HostError `changed` and nothing is written. Gives the new hash.
   */
  write(path: string, text: string, expect: string | null, format?: TextFormat): Promise<string>;
  /** Removes what a `write` of this file left beside it whose process was killed. */
  sweep(path: string): Promise<void>;
  /** Without following a final link. Undefined when there is nothing. */
  stat(path: string): Promise<FileStat | undefined>;
  /** The real path, resolved through links at its longest existing parent. */
  resolve(path: string): Promise<string>;
  /** Names in a directory, sorted, directories with a trailing slash. */
  list(path: string): Promise<string[]>;
  /** Paths below `path` that match any of `globs`, ignore files respected, sorted. */
  find(
    path: string,
    globs: string[],
    max: number,
    signal: AbortSignal,
  ): Promise<{ paths: string[]; limited: boolean }>;
  search(query: SearchQuery, signal: AbortSignal): Promise<SearchResult>;
  /**
   * Runs one command line in `bash --noprofile --norc -c` (cmd.exe on Windows without bash), in a process group of
   * its own that is killed whole on abort or timeout. `onOutput` gets text as it comes. Aborted with `LeftRunning` it
   * rejects with that, and the command goes on where the platform allows it.
   */
  run(spec: CommandSpec, onOutput: (text: string) => void, signal: AbortSignal): Promise<CommandOutcome>;
  /** Whether commands run in a sandbox. */
  sandbox(): Promise<SandboxState>;
  /** The git repository that holds a directory (a real path), as far as it decides what a look at it starts. */
  repository(directory: string): Promise<Repository>;
  /**
   * What became of a command that an earlier process began. One that still runs is attended to its end, as by `run`.
   * Never runs anything again.
   */
  takeUp(begun: BegunCommand, onOutput: (text: string) => void, signal: AbortSignal): Promise<CommandFate>;
  /** Current problems of these files (of all, when empty). Undefined where nobody computes any. */
  problems(paths: string[]): Promise<Problem[] | undefined>;
}
