import type { GitUse } from './git.ts';

/** What a call of a program reads, and how. */
export type Use =
  | {
      reads: string[];
      /**
       * `tree`: everything below a directory, hidden files too. `visible`: what ripgrep shows by itself.
       * `file`: a directory would be read whole, through its links.
       */
      how?: 'tree' | 'visible' | 'file';
      /** What of a tree is searched. */
      only?: TreeFilter;
      /** It keeps to that only under settings that the host gives to what runs unasked. */
      hardened?: boolean;
      /** Nothing is read where a pipe feeds it. */
      unlessFed?: boolean;
      /** It is git, which only looks where its repository lets it. */
      git?: GitUse;
    }
  /** Not proven harmless, and why. */
  | { refused: string };

export interface TreeFilter {
  /** Only files whose names end so (`.ts`); absent: all. */
  endings?: readonly string[];
  /** Names of directories that are passed over. */
  without: readonly string[];
}
