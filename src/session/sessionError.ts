/** What can go wrong with a session itself, in words for people. */
export type SessionErrorCode =
  | 'notFound'
  | 'readOnly'
  | 'busy'
  | 'empty'
  | 'diskFull'
  | 'io'
  | 'damaged'
  | 'closed';

export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly code: SessionErrorCode;
  /** What to do about it. */
  readonly hint: string;
  constructor(code: SessionErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}
