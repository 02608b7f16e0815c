/** The system's error codes in the host's words. */
import { HostError, type HostErrorCode } from './host.ts';

const codes: Record<string, HostErrorCode> = {
  ENOENT: 'notFound',
  ENOTDIR: 'notADirectory',
  // Making a directory where a file is.
  EEXIST: 'notADirectory',
  EISDIR: 'notAFile',
  // What opening a link with O_NOFOLLOW gives.
  ELOOP: 'notAFile',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENOSPC: 'noSpace',
  EDQUOT: 'noSpace',
};

const words: Partial<Record<HostErrorCode, string>> = {
  notFound: 'no such file or directory',
  notADirectory: 'a part of the path is not a directory',
  notAFile: 'not a regular file',
  denied: 'the system does not permit it',
  noSpace: 'no space is left on the disk',
};

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

export function toHostError(error: unknown, path: string): HostError {
  if (error instanceof HostError) return error;
  const code = codes[errorCode(error) ?? ''] ?? 'failed';
  const what = words[code] ?? (error instanceof Error ? error.message : String(error));
  return new HostError(code, `${path}: ${what}`, error);
}
