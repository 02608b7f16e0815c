/** Whether commands run in a sandbox, as the host says it, the rules judge it, and people are told. */
export type SandboxState =
  /** The person switched it off. */
  | { state: 'off' }
  /** `network`: commands reach the network without asking for it. */
  | { state: 'on'; network: boolean }
  | {
      /** It is wanted and cannot be had. */
      state: 'unavailable';
      /** A sentence. */
      why: string;
      /** Then no command runs inside, and so none at all unless a person lets it out. */
      required: boolean;
      /** The person said nothing about a sandbox: where everything runs unasked, in mode `all`, it goes on doing so. */
      tolerated: boolean;
    };
