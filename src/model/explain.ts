/** A ModelError as people read it: what happened, what to do, and the button that does it. */
import type { Backend, Failure } from '../protocol/events.ts';
import type { ModelError } from './client.ts';
import { isLoopback } from './profileOf.ts';

type Advice = Pick<Failure, 'hint' | 'action'>;

/** For the row that ends a turn, and for the command line. */
export function explain(error: ModelError, backend: Backend): Failure {
  return { kind: error.kind, message: error.message, ...advice(error, backend) };
}

function advice(error: ModelError, backend: Backend): Advice {
  switch (error.kind) {
    case 'auth':
      if (/over http:/.test(error.message))
        return { hint: 'Use an https address, or a server on this machine.', action: 'selectBackend' };
      return error.status === 403
        ? { hint: 'Use a key with access to this model, or choose another backend.', action: 'selectBackend' }
        : { hint: 'Set a key that belongs to this backend.', action: 'setKey' };
    case 'rateLimit':
      return { hint: untilThen(error) ?? 'Wait a little, then continue.', action: 'retry' };
    case 'overloaded':
      return { hint: untilThen(error) ?? 'Continue later, or choose another backend.', action: 'retry' };
    case 'quota':
      if (/^The daily limit/.test(error.message))
        return { hint: 'Go on tomorrow, or choose another backend.', action: 'selectBackend' };
      return { hint: 'Top up the account, or choose another backend.', action: 'selectBackend' };
    case 'contextOverflow':
      return { hint: 'Start a new session and tell it where this one stands.', action: 'newSession' };
    case 'network':
      return network(error, backend);
    case 'stalled':
      return { hint: 'It may be busy. Continue, or choose another backend.', action: 'retry' };
    case 'server':
      return { hint: 'Continue to try again. The log has the details.', action: 'retry' };
    case 'badRequest':
      return notFound(error)
        ? { hint: 'Check its base URL: it usually ends in /v1.', action: 'selectBackend' }
        : { hint: 'The log has the details.', action: 'showLog' };
    case 'unknownModel':
      return { hint: 'Choose a model that this backend serves.', action: 'selectBackend' };
    case 'empty':
      return { hint: 'Continue to ask again.', action: 'retry' };
  }
}

/** For a wait that nobody sits through. */
function untilThen({ retryAfterMs = 0 }: ModelError): string | undefined {
  const minutes = Math.ceil(retryAfterMs / 60_000);
  if (minutes < 2) return undefined;
  const wait = minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
  return `It asks to wait ${wait}. Continue then, or choose another backend.`;
}

function network(error: ModelError, backend: Backend): Advice {
  if (!/does not answer|no host named|cannot be reached|not trusted/.test(error.message))
    return { hint: 'Continue to try again.', action: 'retry' };
  const local = isLoopback(URL.parse(backend.baseUrl)?.hostname ?? '');
  const hint = local
    ? 'Start it, or choose another.'
    : 'Check the address and the network, or choose another backend.';
  return { hint, action: 'selectBackend' };
}

/** The address is wrong, rather than the request. */
export const notFound = ({ kind, status }: ModelError): boolean =>
  kind === 'badRequest' &&
  status !== undefined &&
  (status === 200 || status === 404 || (status >= 300 && status < 400));
