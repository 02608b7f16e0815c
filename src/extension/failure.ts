/** One clear message for whatever a person asked for and could not be done: what happened, what to do. */

export type Remedy = 'setKey' | 'selectBackend' | 'showLog';
export const REMEDY_LABELS: Record<Remedy, string> = {
  setKey: 'Set API Key',
  selectBackend: 'Select Backend',
  showLog: 'Show Log',
};

export interface Explained {
  text: string;
  remedies: Remedy[];
}

/** `what`: the thing asked for, as an order: "Open the session". */
export function explain(what: string, error: unknown): Explained {
  if (!(error instanceof Error)) return unexpected(what, String(error));
  switch (error.name) {
    case 'Refused':
      return { text: error.message, remedies: [] };
    case 'ModelError': {
      const { kind } = error as { kind?: unknown };
      return {
        text: `${what}: ${error.message}`,
        remedies: kind === 'auth' ? ['setKey'] : ['selectBackend'],
      };
    }
    case 'HostError':
    case 'SessionError':
      return { text: `${what}: ${error.message}`, remedies: ['showLog'] };
    default:
      return unexpected(what, error.message);
  }
}

const unexpected = (what: string, message: string): Explained => ({
  text: `${what} did not work: ${message || 'no reason was given'}`,
  remedies: ['showLog'],
});
