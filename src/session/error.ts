/** What can go wrong with the keeping of a session, in words that say what to do. */

export type SessionErrorKind =
  /** No space left: nothing new is started, what ran can still be recorded. */
  | 'diskFull'
  /** A read, write or sync failed: the files are left as they are, nothing further is written. */
  | 'io'
  | 'closed'
  /** A turn is running. */
  | 'busy'
  /** Nothing was said. */
  | 'empty'
  | 'readOnly'
  /** It cannot be done as things stand; the message says why. */
  | 'refused'
  | 'notFound'
  /** Another process writes to this session. */
  | 'locked'
  /** A file of that name is there already. */
  | 'exists'
  /** A file from elsewhere is not what it should be. */
  | 'badFile'
  /** Written by a later version of Ascent. */
  | 'newer';

export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly kind: SessionErrorKind;
  constructor(kind: SessionErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

export function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

export function isDiskFull(cause: unknown): boolean {
  const code = codeOf(cause);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** The failure of a file operation. `doing` completes "Could not ...". */
export function fileFailure(doing: string, cause: unknown): SessionError {
  if (cause instanceof SessionError) return cause;
  if (isDiskFull(cause)) {
    return new SessionError(
      'diskFull',
      `Could not ${doing}: the disk is full. Free some space, then try again; everything recorded so far is kept.`,
      cause,
    );
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SessionError(
    'io',
    `Could not ${doing}: ${why}. Nothing further is written. Check the disk, then try again; everything recorded so far is kept.`,
    cause,
  );
}
