/** Everything that has been seen to go wrong between a client and a K2 backend, each at the flip of a switch. */
import type { Draft, DraftCall } from './draft.ts';
import { markupOf } from './draft.ts';
import type { OverflowDialect, WireError } from './errors.ts';
import { overflow, wireError } from './errors.ts';
import type { ErrorDialect } from './profiles.ts';

/** Faults of calls do nothing in a reply without calls. */
export type Fault =
  /** Reasoning, then a clean stop with neither text nor call. */
  | { kind: 'thinkOnly' }
  /** The budget ends in the middle of the reasoning. */
  | { kind: 'lengthInReasoning' }
  /** The budget ends in the middle of the text, or of the last call's arguments. */
  | { kind: 'lengthInAnswer' }
  /** The model does not think, and the field says so: "". */
  | { kind: 'emptyReasoning' }
  /** Calls as the model's markup inside reasoning or content; `split`: a character a chunk. */
  | { kind: 'markup'; where: 'reasoning' | 'content'; split?: boolean }
  | { kind: 'undeclaredTool'; name: string }
  | { kind: 'invalidJson'; how: 'rawNewline' | 'missingBrace' | 'badEscape' | 'doubleEncoded' }
  /** Says `tool_calls` and has none. */
  | { kind: 'finishWithoutCalls' }
  /** Says `stop` although there are calls. */
  | { kind: 'stopWithCalls' }
  | { kind: 'emptyContentList' }
  | { kind: 'noFinishReason' }
  | { kind: 'noDone' }
  | { kind: 'noUsage' }
  /** The socket closes: in the arguments of the first call, or after so many chunks. */
  | { kind: 'cutInArguments' }
  | { kind: 'disconnect'; afterChunks: number }
  | { kind: 'streamError'; afterChunks: number }
  /** Nothing, not even headers, for so long; milliseconds. */
  | { kind: 'silence'; ms: number }
  /** Nothing in the middle of the stream for so long; milliseconds. */
  | { kind: 'stall'; afterChunks: number; ms: number }
  | { kind: 'callIds'; how: 'absent' | 'duplicate' | 'late' }
  | { kind: 'noIndex' }
  | { kind: 'argumentsBeforeName' }
  | { kind: 'interleaved' }
  /** `large`: padded to more than 9 kB; `cut`: what lies beyond 8 kB is lost. */
  | { kind: 'arguments'; how: 'whole' | 'perCharacter' | 'large' | 'cut' }
  /** Of several calls in one reply only the first arrives. */
  | { kind: 'lostCalls' }
  /** Valid JSON that lacks its first property. */
  | { kind: 'wrongArguments' }
  /** A cancelled reply is generated to its end all the same; the requests after it wait for that. */
  | { kind: 'keepsSlot' }
  | { kind: 'splitUtf8' }
  | { kind: 'crlf' }
  /** `retryAfter` in seconds. */
  | { kind: 'overloaded'; retryAfter?: number }
  | { kind: 'rateLimit'; retryAfter?: number }
  /** The account's tokens for the day are spent. */
  | { kind: 'dailyLimit' }
  | { kind: 'quota' }
  | { kind: 'serverError' }
  | { kind: 'gatewayTimeout' }
  | { kind: 'overflow'; dialect: OverflowDialect }
  /** Nobody listens: the request itself fails. */
  | { kind: 'unreachable' };

/** Which chat request, counted from 1. */
export type ScheduledFault = Fault & { request: number | 'every' };

/** The faults of one request, by kind. */
export class Faults {
  readonly #list: readonly Fault[];
  constructor(scheduled: readonly ScheduledFault[], request: number) {
    this.#list = scheduled.filter(fault => fault.request === 'every' || fault.request === request);
  }
  get<K extends Fault['kind']>(kind: K): Extract<Fault, { kind: K }> | undefined {
    return this.#list.find(fault => fault.kind === kind) as Extract<Fault, { kind: K }> | undefined;
  }
  has(kind: Fault['kind']): boolean {
    return this.get(kind) !== undefined;
  }
}

/** The error this request is answered with instead of a reply. */
export function faultyAnswer(
  faults: Faults,
  dialect: ErrorDialect,
  window: number,
  promptTokens: number,
): WireError | undefined {
  const retryAfter = (seconds: number | undefined) =>
    seconds === undefined ? {} : { headers: { 'retry-after': String(seconds) } };
  const overloaded = faults.get('overloaded');
  if (overloaded)
    return {
      ...wireError(
        dialect,
        429,
        'engine_overloaded_error',
        'The engine is currently overloaded, please try again later',
      ),
      ...retryAfter(overloaded.retryAfter),
    };
  const rateLimit = faults.get('rateLimit');
  if (rateLimit)
    return {
      ...wireError(
        dialect,
        429,
        'rate_limit_reached_error',
        'Your account request reached TPM rate limit, current: 2000000, limit: 2000000, please try again after 1 seconds',
      ),
      ...retryAfter(rateLimit.retryAfter),
    };
  if (faults.has('dailyLimit'))
    return wireError(
      dialect,
      429,
      'rate_limit_reached_error',
      'Your account request reached TPD rate limit, current: 1500000, limit: 1500000',
    );
  if (faults.has('quota'))
    return wireError(
      dialect,
      429,
      'exceeded_current_quota_error',
      'Your account is suspended due to insufficient balance, please recharge your account or check your plan',
    );
  if (faults.has('serverError')) return wireError(dialect, 500, 'server_error', 'Internal server error');
  if (faults.has('gatewayTimeout'))
    return {
      status: 504,
      body: '<html><head><title>504 Gateway Time-out</title></head><body><center><h1>504 Gateway Time-out</h1></center></body></html>',
      headers: { 'content-type': 'text/html' },
    };
  const over = faults.get('overflow');
  if (over) return overflow(over.dialect, window, Math.max(promptTokens, window + 1), 0);
  return undefined;
}

/** The draft as a model or its server gone wrong would have written it. */
export function reshape(draft: Draft, faults: Faults): Draft {
  let { reasoning, text, calls, finish } = draft;
  const undeclared = faults.get('undeclaredTool');
  if (undeclared)
    calls = calls.map((call, index) =>
      index === 0
        ? { ...call, id: call.id.replace(call.name, undeclared.name), name: undeclared.name }
        : call,
    );
  const json = faults.get('invalidJson');
  if (json) calls = calls.map(call => ({ ...call, arguments: broken(call.arguments, json.how) }));
  if (faults.get('arguments')?.how === 'large')
    calls = calls.map(call => ({
      ...call,
      arguments: call.arguments.replace('{', `{${' \n'.repeat(4_700)}`),
    }));
  if (faults.get('arguments')?.how === 'cut')
    calls = calls.map(call => ({ ...call, arguments: call.arguments.slice(0, 8_192) }));
  if (faults.has('wrongArguments'))
    calls = calls.map(call => ({ ...call, arguments: withoutFirst(call.arguments) }));
  if (faults.has('lostCalls')) calls = calls.slice(0, 1);
  if (faults.get('callIds')?.how === 'duplicate')
    calls = calls.map((call): DraftCall => ({ ...call, id: calls[0]!.id }));
  const leak = faults.get('markup');
  if (leak && calls.length) {
    if (leak.where === 'reasoning') reasoning += markupOf(calls);
    else text += markupOf(calls);
    calls = [];
    finish = 'stop';
  }
  if (faults.has('thinkOnly')) [text, calls, finish] = ['', [], 'stop'];
  if (faults.has('lengthInReasoning')) [reasoning, text, calls, finish] = [half(reasoning), '', [], 'length'];
  if (faults.has('lengthInAnswer')) {
    finish = 'length';
    const last = calls.at(-1);
    if (last) calls = [...calls.slice(0, -1), { ...last, arguments: half(last.arguments) }];
    else text = half(text);
  }
  if (faults.has('emptyReasoning')) reasoning = '';
  if (faults.has('finishWithoutCalls')) [calls, finish] = [[], 'tool_calls'];
  if (faults.has('stopWithCalls')) finish = 'stop';
  return { reasoning, text, calls, finish };
}

const half = (text: string) => text.slice(0, text.length / 2);

const withoutFirst = (json: string) =>
  JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(json)).slice(1)));

function broken(json: string, how: Extract<Fault, { kind: 'invalidJson' }>['how']): string {
  switch (how) {
    case 'rawNewline':
      return json.replace(/":\s*"/, '$&\n');
    case 'missingBrace':
      return json.slice(0, -1);
    case 'badEscape':
      return json.replace(/":\s*"/, '$&\\u00g1');
    case 'doubleEncoded':
      return JSON.stringify(json);
  }
}
