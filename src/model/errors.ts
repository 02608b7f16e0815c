/**
 * From what a backend answered to one ModelError, in words for people. Backends agree on little: the same overflow
 * has a dozen wordings, and three different troubles share the status 429.
 */
import { ModelError, type ModelErrorKind } from './client.ts';
import { asArray, asNumber, asObject, asString, type Json } from './json.ts';
import { retirementOf } from './models.ts';

/** Where the request went, for the message. */
export interface Place {
  /** Host name with its port, as in the address. */
  host: string;
  model: string;
  /** Takes the key out of what a backend said: some quote the key that they refuse. */
  redact(text: string): string;
}

/** An error answer, read but not judged. */
export interface Answer {
  /** Of HTTP. */
  status: number;
  /** The parsed error object: `{type, message, code}` in most dialects. */
  error: Json | undefined;
  /** What was not JSON: a gateway's page, plain text. */
  text: string;
  header(name: string): string | null;
}

/** The error of an answer that is none. Statuses and types: Moonshot's error page; wordings of the engines below. */
export function answerError(answer: Answer, place: Place): ModelError {
  const said = saidBy(answer, place);
  const kind = kindOf(answer, said);
  const message = messageOf(kind, answer, said, place);
  if (kind === 'contextOverflow') return new Overflow(message, answer.status, answer.error, said.message);
  const retryAfterMs = retryAfter(answer, said);
  return new ModelError(kind, message, { status: answer.status, retryAfterMs });
}

/** An error object that came inside a stream, after the answer had begun with 200. */
export function streamError(error: Json, place: Place): ModelError {
  const code = asNumber(error.code) ?? asNumber(error.status);
  const status = code && code >= 400 && code < 600 ? code : 500;
  return answerError({ status, error, text: '', header: () => null }, place);
}

/** No answer at all, or one that broke off. `code` is the system's: ECONNREFUSED, ENOTFOUND, ... */
export function networkError(code: string | undefined, place: Place, cause?: unknown): ModelError {
  const { host } = place;
  const told: Record<string, string> = {
    ECONNREFUSED: `The backend at ${host} does not answer.`,
    ENOTFOUND: `There is no host named ${host}.`,
    EAI_AGAIN: `The name ${host} could not be looked up.`,
    ETIMEDOUT: `The backend at ${host} cannot be reached.`,
    EHOSTUNREACH: `The backend at ${host} cannot be reached.`,
    ENETUNREACH: `The network cannot be reached.`,
  };
  const certificate =
    code && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_TLS/.test(code)
      ? `The certificate of ${host} is not trusted (${code}).`
      : undefined;
  const message = (code && told[code]) ?? certificate ?? `The connection to ${host} broke.`;
  return new ModelError('network', message, { cause });
}

export function stalledError(silentMs: number, place: Place): ModelError {
  return new ModelError('stalled', `${place.host} sent nothing for ${Math.round(silentMs / 1000)} s.`);
}

/** A page where an API was expected, with status 200. */
export function notAnApiError(place: Place): ModelError {
  return new ModelError('badRequest', `${place.host} answered with a web page, not with a chat API.`, {
    status: 200,
  });
}

function saidBy({ error, text }: Answer, place: Place): { message: string; type: string } {
  const message =
    asString(error?.message) ??
    asString(error?.detail) ??
    asString(error?.error) ??
    detailsIn(error?.detail) ??
    (error ? '' : text);
  const type = [error?.type, error?.code].filter(v => typeof v === 'string').join(' ');
  return { message: isHtml(message) ? '' : place.redact(message.trim()), type };
}

/** What a server built on FastAPI says of a request that it cannot read: `{detail: [{loc, msg}]}`. */
function detailsIn(detail: unknown): string | undefined {
  const told = asArray(detail).map(asObject);
  return told.length
    ? told
        .map(each => [asArray(each?.loc).join('.'), asString(each?.msg)].filter(Boolean).join(': '))
        .join('; ')
    : undefined;
}

export const isHtml = (text: string): boolean => /^\s*<(!doctype|html|head|body|\?xml)/i.test(text);

/**
 * Overflow in the wordings of Moonshot, vLLM, llama.cpp, SGLang, OpenAI's code and Alibaba.
 */
const OVERFLOW =
  /exceeded model token limit|input token length too long|maximum context length|exceed_context_size|context_length_exceeded|exceeds? the (available |model'?s )?(maximum )?context|longer than the model'?s context|context (length|window|size)[^.]{0,40}exceed|prompt is too long|maximum (prompt|input) length|range of input length/i;

/** The conversation does not fit, with what the backend said about how much would. */
export class Overflow extends ModelError {
  /** Tokens of the window. */
  readonly window: number | undefined;
  /** Tokens of the prompt alone, where they are told apart from the output budget. */
  readonly prompt: number | undefined;

  constructor(message: string, status: number, error: Json | undefined, said: string) {
    super('contextOverflow', message, { status });
    this.window =
      asNumber(error?.n_ctx) ??
      numberIn(said, /token limit:? (\d{4,})/i) ??
      numberIn(said, /context (?:length|size|window)(?: is| of)?:? \(?(\d{3,})/i);
    this.prompt =
      asNumber(error?.n_prompt_tokens) ??
      numberIn(said, /(\d+) (?:tokens )?(?:in|from) the (?:messages|input|prompt)/i) ??
      numberIn(said, /has (\d+) input tokens/i);
  }
}

function numberIn(text: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

const QUOTA =
  /exceeded_current_quota|insufficient_quota|insufficient (balance|credits?|funds)|billing|suspended/i;
const DAILY = /\bTPD\b|per day|daily/i;
const OVERLOADED = /overload|engine_overloaded|at capacity|server is busy/i;

function kindOf(answer: Answer, said: { message: string; type: string }): ModelErrorKind {
  const { status } = answer;
  const all = `${said.type} ${said.message}`;
  if ((status === 400 || status === 413 || status === 422 || status >= 500) && OVERFLOW.test(all))
    return 'contextOverflow';
  if (status === 413) return 'contextOverflow';
  if (status === 401 || status === 403) return QUOTA.test(all) ? 'quota' : 'auth';
  if (status === 402) return 'quota';
  if (status === 404) return /model|resource_not_found/i.test(all) ? 'unknownModel' : 'badRequest';
  if (status === 429) {
    if (QUOTA.test(all) || DAILY.test(said.message)) return 'quota';
    return OVERLOADED.test(all) ? 'overloaded' : 'rateLimit';
  }
  if (status === 503 || status === 529 || (status >= 500 && OVERLOADED.test(all))) return 'overloaded';
  if (status === 408 || status === 409 || status === 499 || status >= 500) return 'server';
  return 'badRequest';
}

function messageOf(
  kind: ModelErrorKind,
  answer: Answer,
  said: { message: string; type: string },
  { host, model }: Place,
): string {
  const { status } = answer;
  const quote = said.message ? `: ${sentence(said.message)}` : '.';
  switch (kind) {
    case 'auth':
      return status === 403
        ? `${host} does not allow this key to use ${model}${quote}`
        : `${host} does not accept the API key.`;
    case 'quota':
      return DAILY.test(said.message)
        ? `The daily limit of this account at ${host} is reached${quote}`
        : `The account at ${host} has no credit left${quote}`;
    case 'rateLimit':
      return `${host} limits how often it may be asked${quote}`;
    case 'overloaded':
      // llama.cpp's 503 while it loads its model ("Loading model"), a gateway's whose server is down.
      return status === 503 && said.message && !OVERLOADED.test(`${said.type} ${said.message}`)
        ? `${host} is not ready${quote}`
        : `${host} is overloaded.`;
    case 'contextOverflow':
      return `The conversation no longer fits the window of ${model}${quote}`;
    case 'unknownModel':
      return retirementOf(host, model) ?? `${host} has no model named ${model}.`;
    case 'server': {
      const trace = answer.header('x-trace-id') ?? answer.header('x-request-id');
      return `${host} failed with ${status}${trace ? ` (request ${trace})` : ''}${quote}`;
    }
    default:
      if (status >= 300 && status < 400) {
        const target = answer.header('location');
        return `${host} redirects${target ? ` to ${originOf(target)}` : ''}; redirects are not followed.`;
      }
      if (status === 404) return `There is no chat API at this address of ${host}.`;
      if (/content_filter/.test(said.type)) return `${host} refused the request as high risk${quote}`;
      return `${host} rejected the request with ${status}${quote}`;
  }
}

const originOf = (target: string) => URL.parse(target)?.host ?? 'another path';

/** On one line of readable length, and closed: words of ours follow it. */
function sentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length > 300) return `${line.slice(0, 300)}…`;
  return /[.!?…。！？]$/.test(line) ? line : `${line}.`;
}

/**
 * Milliseconds: the headers first, then what the message says ("try again after 3 seconds"). A date counts from the
 * host's own clock, where it tells that. What is over already tells nothing: to ask again at once, as often as there are
 * attempts, would spend them all in a moment.
 */
function retryAfter(answer: Answer, said: { message: string }): number | undefined {
  const ms = Number(answer.header('retry-after-ms') ?? Number.NaN);
  if (ms > 0) return ms;
  const header = answer.header('retry-after') ?? '';
  if (Number(header) > 0) return Number(header) * 1000;
  const until = Date.parse(header) - (Date.parse(answer.header('date') ?? '') || Date.now());
  if (until > 0) return until;
  if (answer.status !== 429 && answer.status !== 503) return undefined;
  const told = /(?:after|in) (\d+(?:\.\d+)?) ?s(?:ec(?:ond)?s?)?\b/i.exec(said.message);
  return told ? Number(told[1]) * 1000 : undefined;
}

/** Reads the error out of whatever JSON a backend wraps it in: `{error: {...}}`, `{error: "..."}`, or bare. */
export function errorIn(body: unknown): Json | undefined {
  const object = asObject(body);
  if (!object) return undefined;
  if (typeof object.error === 'string') return { ...object, message: object.error };
  return asObject(object.error) ?? object;
}
