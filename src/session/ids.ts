/** Names of sessions. They become names of folders, so nothing but these can be one. */

/** No dots, no separators: an id can name nothing outside the directory of sessions. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;
export const isSessionId = (id: string): boolean => ID.test(id);

/** The name itself is the mark: no file that could be lost or forged makes an imported session one of ours. */
const IMPORTED = 'imported-';

/** It came from a file: to be looked at and replayed, and nothing else. Nothing in it counts or is granted. */
export const isImported = (id: string): boolean => id.startsWith(IMPORTED);
/** The same file is the same session. */
export const importedId = (sha256: string): string => `${IMPORTED}${sha256.slice(0, 16)}`;

export const IMPORTED_READ_ONLY =
  'This session was imported: it can be looked at and replayed, not continued. Start a new session to go on from it.';
