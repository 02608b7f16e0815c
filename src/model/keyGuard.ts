/**
 * The one place where what a backend sends loses the key that it was sent: some quote the key they refuse, a gateway's
 * error page may show the request's headers, and whatever enters here is written to logs, shown, and told to the model.
 */
import { type ModelClient, type ModelDelta, ModelError } from './client.ts';

export const REDACTED = '***';
/** Characters. What is shorter is a stand-in like "EMPTY", and may be an ordinary word of an answer. */
const SHORTEST = 8;

/** Takes the key out of a text, also where it is encoded. */
export function keyRedactor(apiKey: string | undefined): (text: string) => string {
  const forms = formsOf(apiKey);
  if (forms.length === 0) return text => text;
  const any = new RegExp(forms.map(form => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g');
  return text => text.replace(any, REDACTED);
}

/** The same client; of the key that it uses nothing comes out of it, however the backend cuts it into pieces. */
export function withoutKey(client: ModelClient, apiKey: string | undefined): ModelClient {
  const forms = formsOf(apiKey);
  if (forms.length === 0) return client;
  const redact = keyRedactor(apiKey);
  return {
    async info(signal) {
      const info = await client.info(signal).catch(error => {
        throw cleaned(error, redact);
      });
      return { ...info, id: redact(info.id) };
    },
    async *stream(request, signal) {
      let said = pieces(forms, redact);
      try {
        for await (const delta of client.stream(request, signal)) {
          if (delta.type === 'reasoning' || delta.type === 'text') {
            yield* said.push(delta);
            continue;
          }
          if (delta.type === 'retry') said = pieces(forms, redact);
          yield withoutKeyIn(delta, redact);
        }
      } catch (error) {
        throw cleaned(error, redact);
      }
    },
  };
}

function withoutKeyIn(delta: ModelDelta, redact: (text: string) => string): ModelDelta {
  switch (delta.type) {
    case 'call':
      return { ...delta, name: redact(delta.name) };
    case 'retry':
      return { ...delta, error: cleaned(delta.error, redact) };
    case 'waiting':
      return { ...delta, reason: redact(delta.reason) };
    case 'reply': {
      const { message } = delta;
      const toolCalls = message.toolCalls.map(call => ({
        ...call,
        id: redact(call.id),
        name: redact(call.name),
        arguments: redact(call.arguments),
      }));
      const reasoning = message.reasoning === undefined ? {} : { reasoning: redact(message.reasoning) };
      return {
        ...delta,
        message: { ...message, text: redact(message.text), toolCalls, ...reasoning },
        repairs: delta.repairs.map(redact),
      };
    }
    default:
      return delta;
  }
}

type Piece = Extract<ModelDelta, { type: 'reasoning' | 'text' }>;

/** Text as it streams: an end that may be the beginning of the key waits for what follows. */
function pieces(forms: readonly string[], redact: (text: string) => string) {
  const starts = new Set(forms.map(form => form[0]!));
  const longest = Math.max(...forms.map(form => form.length));
  let kept: Piece | undefined;

  /** Where the end of `text` begins that could go on to be one of the forms. */
  const doubtful = (text: string): number => {
    for (let i = Math.max(0, text.length - longest + 1); i < text.length; i++)
      if (starts.has(text[i]!) && forms.some(form => form.startsWith(text.slice(i)))) return i;
    return text.length;
  };

  return {
    *push(piece: Piece): Generator<Piece> {
      if (kept && kept.type !== piece.type) {
        yield kept;
        kept = undefined;
      }
      const text = redact((kept?.text ?? '') + piece.text);
      const end = doubtful(text);
      kept = end < text.length ? { type: piece.type, text: text.slice(end) } : undefined;
      if (end > 0) yield { type: piece.type, text: text.slice(0, end) };
    },
  };
}

function cleaned<E>(error: E, redact: (text: string) => string): E {
  if (!(error instanceof ModelError)) return error;
  error.message = redact(error.message);
  if (error.stack) error.stack = redact(error.stack);
  return error;
}

function formsOf(apiKey: string | undefined): string[] {
  if (apiKey === undefined || apiKey.length < SHORTEST) return [];
  const bytes = Buffer.from(apiKey);
  const hex = bytes.toString('hex');
  const forms = [
    apiKey,
    JSON.stringify(apiKey).slice(1, -1),
    encodeURIComponent(apiKey),
    hex,
    hex.toUpperCase(),
  ];
  // Within a longer text the key may begin at any of the three places of a group; the characters that other bytes
  // have a share in are left out.
  for (const before of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const last = (before + bytes.length) % 3 === 0 ? whole.length : whole.length - 1;
    const core = whole.slice(before === 0 ? 0 : before + 1, last);
    forms.push(core, core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}
