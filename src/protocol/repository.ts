/** What lies on the disk of the git repository that holds a directory, as far as it decides what a look at it starts. */

export type Repository =
  | {
      /** The directory that holds `.git`; a real path. */
      top: string;
      /** Text of its configuration file. */
      config: string;
      /** Text of the attributes at its top and of its own; deeper ones are not read. */
      attributes: string;
      /** Bytes of its index; the same object as long as the file is the same. Empty where there is none. */
      index: Uint8Array;
    }
  /** Why git may not look unasked there, in plain words; completes "git asks: ". */
  | { unfit: string };
