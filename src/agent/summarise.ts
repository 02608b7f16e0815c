/**
 * A summary in the place of earlier work, written by the model. It ends where a turn began, so that thinking stays
 * valid; where one turn alone has outgrown the window, between two of its steps: what then goes out begins like a new
 * turn, with the person's words, the summary as an answer, and a word to go on. The log keeps everything.
 */
import { ModelError, type ModelReply } from '../model/client.ts';
import { estimateMessage, estimateTokens } from '../model/estimate.ts';
import type { TurnEnd } from '../protocol/events.ts';
import type { Message } from '../protocol/message.ts';
import { ask } from './ask.ts';
import { promptTokens } from './promptTokens.ts';
import { type Cut, type History, StoppedByPerson, type TurnInput } from './seams.ts';
import instruction from './summarise.md';

/** The newest part of the history that stays as it is takes no more than this part of the window. */
const KEPT = 0.2;
/** The person's own words may take this part of it. */
const QUOTED = 0.15;
/** A summary must free this part: else it would come again soon. */
const WORTHWHILE = 0.1;
/** Room for writing the summary, thinking included: tokens, or in a small window this part of it. */
const OUTPUT = { tokens: 16_000, part: 0.15 };
/** Our estimate may be this much too low. */
const DOUBT = 1.15;

export interface Summarising {
  /** Steps of the turn so far. */
  step: number;
  contextWindow: number;
  /** A person asked for it: whatever it frees, and nothing of a turn that has ended need stay. */
  asked?: boolean;
}

/**
 * False when nothing, or too little, could give way. Throws ModelError, having told that nothing was lost, and what
 * the request's `mayAsk` threw.
 */
export async function summarise(input: TurnInput, what: Summarising): Promise<boolean> {
  const { history, emit, turn } = input;
  const { step, contextWindow, asked } = what;
  const messages = history.messages();
  const cut = whereToCut(history, contextWindow * KEPT, asked);
  if (!cut) return false;
  const earlier = messages.slice(0, cut.at);
  const before = sum(earlier.slice(1));
  const quoted = Math.floor(contextWindow * QUOTED);
  const words = Math.min(quoted, sum(earlier.filter(({ role }) => role === 'user')));
  if (!asked && before - words < contextWindow * WORTHWHILE) return false;

  emit.live({ type: 'context.summarising' });
  const { message, usage, cost } = await written(earlier, input, what).catch(async error => {
    if (error instanceof ModelError && !input.signal.aborted) await emit(FAILED);
    throw error;
  });
  const summary = message.text.trim();
  await emit({
    type: 'context.summarised',
    turn: turn.id,
    step,
    keepFrom: cut.seq,
    summary,
    quoted,
    messages: earlier.length - 1,
    tokens: Math.max(0, before - words - estimateTokens(summary)),
    usage,
    ...(cost && { cost }),
  });
  return true;
}

/** In the place of a turn: what a person asked for. */
export async function summaryTurn(input: TurnInput): Promise<TurnEnd> {
  try {
    const { contextWindow } = await input.model.info(input.signal);
    await summarise(input, { step: 0, contextWindow, asked: true });
    return 'done';
  } catch (error) {
    if (input.signal.reason instanceof StoppedByPerson) return 'stopped';
    throw error;
  }
}

/** A request for a summary; no step of the turn. */
export const asksForSummary = (messages: readonly Message[]): boolean => {
  const last = messages.at(-1);
  return last?.role === 'user' && last.text.endsWith(instruction.trim());
};

/** Whether a person can ask for it. */
export const canSummarise = (history: History): boolean => history.cuts().some(({ border }) => border);

const FAILED = {
  type: 'notice',
  level: 'warning',
  code: 'context',
  text: 'The earlier part of the session could not be summarised. Nothing was lost: it is all still there.',
} as const;

/** As much as fits stays; whole turns rather than parts of one. Asked by a person: the last turn alone, if it fits. */
function whereToCut(history: History, most: number, asked = false): Cut | undefined {
  const messages = history.messages();
  const from = (cut: Cut) => sum(messages.slice(cut.at));
  const cuts = history.cuts();
  if (asked) {
    const borders = cuts.filter(({ border }) => border);
    return borders.findLast(cut => cut.at < messages.length && from(cut) <= most) ?? borders.at(-1);
  }
  const small = cuts.filter(cut => from(cut) <= most);
  return small.find(({ border }) => border) ?? small[0] ?? cuts.at(-1);
}

/** The reply that holds the summary. */
async function written(
  earlier: readonly Message[],
  input: TurnInput,
  what: Summarising,
): Promise<ModelReply> {
  const { turn, tools, emit } = input;
  const { contextWindow, step } = what;
  const output = Math.min(OUTPUT.tokens, contextWindow * OUTPUT.part);
  const room = contextWindow - output;
  const request = (messages: readonly Message[], declared: typeof tools.declarations) =>
    ask({ messages, tools: declared, sessionId: turn.sessionId }, step, input, () => {});
  const asShort = () => request(shortened(earlier, room / DOUBT), []);

  // The history with one message more, under the same tools: all of it is in the backend's prefix cache.
  const asItIs = [...earlier, { role: 'user' as const, text: instruction.trim() }];
  let reply: ModelReply;
  if (promptTokens(input) + estimateMessage(asItIs.at(-1)!) > room) reply = await asShort();
  else
    try {
      reply = await request(asItIs, tools.declarations);
    } catch (error) {
      if (!(error instanceof ModelError) || error.kind !== 'contextOverflow') throw error;
      reply = await asShort();
    }
  if (reply.message.text.trim()) return reply;
  // It called tools all the same: asked once more, without any.
  await emit({ type: 'request.paid', turn: turn.id, step, usage: reply.usage, cost: reply.cost });
  reply = await asShort();
  if (!reply.message.text.trim())
    throw new ModelError('empty', 'The model wrote no summary, though it was asked twice.');
  return reply;
}

/** The history as one text that fits into `room` tokens: a window that is smaller than the history can still read it. */
function shortened(earlier: readonly Message[], room: number): Message[] {
  const [system, ...rest] = earlier;
  const text = (most: number) => rest.map(message => asText(message, most)).join('\n\n');
  const fits = (most: number) => estimateTokens(text(most)) + estimateMessage(system!) + 1_000 < room;
  let most = 20_000;
  while (most > 100 && !fits(most)) most = Math.floor(most / 2);
  const all = text(most);
  const least = Math.floor(all.length * Math.min(1, room / 2 / estimateTokens(all)));
  const fitting = fits(most) ? all : `${all.slice(0, least / 2)}\n[…]\n${all.slice(-least / 2)}`;
  return [system!, { role: 'user', text: `${fitting}\n\n---\n\n${instruction.trim()}` }];
}

function asText(message: Message, most: number): string {
  const cut = (text: string) =>
    text.length > most ? `${text.slice(0, most * 0.6)} […] ${text.slice(-most * 0.4)}` : text;
  switch (message.role) {
    case 'assistant': {
      const calls = message.toolCalls.map(call => `[calls ${call.name} ${cut(call.arguments)}]`);
      return ['ASSISTANT:', cut(message.text), ...calls].filter(Boolean).join('\n');
    }
    case 'tool':
      return `RESULT OF ${message.name}:\n${cut(message.text)}`;
    default:
      return `PERSON:\n${cut(message.text)}`;
  }
}

const sum = (messages: readonly Message[]) => messages.reduce((all, m) => all + estimateMessage(m), 0);
