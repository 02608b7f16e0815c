/** What a call of a program reads, and how. */
export type Use =
  | {
      reads: string[];
      /**
       * `tree`: everything below a directory, hidden files too. `visible`: what ripgrep shows by itself.
       * `file`: a directory would be read whole, through its links.
       */
      how?: 'tree' | 'visible' | 'file';
    }
  /** Not proven harmless, and why. */
  | { refused: string };
