/** How much of the window the next request takes. */
import { estimateMessage, estimatePrompt, estimateTokens } from '../model/estimate.ts';
import type { Message } from '../protocol/message.ts';
import type { TurnInput } from './seams.ts';

/**
 * What the backend counted last, and an estimate of what came since. Thinking of a turn that has ended with an answer
 * does not count any more: the chat template leaves it out from the next turn on.
 */
export function promptTokens({ history, tools }: Pick<TurnInput, 'history' | 'tools'>): number {
  const messages = history.messages();
  const counted = history.counted();
  if (!counted) {
    const ended = messages.slice(0, messages.findLastIndex(isAnswer) + 1);
    return estimatePrompt(messages, tools.declarations) - thinkingIn(ended);
  }
  const since = messages.slice(counted.messages).reduce((sum, m) => sum + estimateMessage(m), counted.tokens);
  const isOver = messages.length > counted.messages && isAnswer(messages[counted.messages - 1]!);
  if (!isOver) return since;
  const turn = messages.slice(0, counted.messages - 1);
  return since - thinkingIn(turn.slice(turn.findLastIndex(isAnswer) + 1));
}

const isAnswer = (message: Message) => message.role === 'assistant' && message.toolCalls.length === 0;
const thinkingIn = (messages: readonly Message[]) =>
  messages.reduce((sum, m) => sum + (m.role === 'assistant' ? estimateTokens(m.reasoning ?? '') : 0), 0);
