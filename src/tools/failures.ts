/** The host's errors in words a model can act on. */
import { HostError, type HostErrorCode } from '../host/host.ts';
import { ToolFailure } from './tool.ts';

const advice: Record<HostErrorCode, (shown: string, message: string) => string> = {
  notFound: shown => `${shown} does not exist. Look with find_files or list_files.`,
  notAFile: shown => `${shown} is not a regular file. For a directory use list_files.`,
  notADirectory: shown => `${shown}: it, or a part of its path, is not a directory.`,
  tooLarge: shown =>
    `${shown} is too large to be read whole. Use search_text, or run_command with sed or tail for a part of it.`,
  binary: shown => `${shown} is not a text file. Use run_command with a program that knows its format.`,
  changed: shown =>
    `${shown} changed in the meantime; nothing was written. Read it again with read_file, then make the change anew.`,
  denied: (shown, message) => `${shown}: the system denied it (${message}).`,
  noSpace: shown => `${shown} was not written: no space is left on the disk. Tell the person.`,
  badPattern: (_shown, message) => `The pattern was not understood: ${message}`,
  failed: (shown, message) => `${shown}: ${message}`,
};

/** Everything that is no HostError (a bug, an abort) stays what it is. */
export function toFailure(error: unknown, shown: string): unknown {
  if (!(error instanceof HostError)) return error;
  return new ToolFailure(advice[error.code](shown, error.message), { cause: error });
}
