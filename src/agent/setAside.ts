/**
 * Room in the window: which tool outputs give way, and what stands in their place. All that are older than the newest
 * reply do, as K2-Thinking was evaluated (model card: all previous tool outputs are hidden, thoughts and calls stay).
 */
import type { Message, ToolMessage } from '../protocol/message.ts';

const START = '[Output set aside to make room:';
/** An output shorter than this frees nothing worth a change. Characters. */
const WORTH = 200;

/** Index → the message that takes the place. Nothing when there is nothing left to set aside. */
export function setAside(messages: readonly Message[]): Map<number, ToolMessage> {
  const newest = messages.findLastIndex(message => message.role === 'assistant');
  const changed = new Map<number, ToolMessage>();
  messages.slice(0, Math.max(newest, 0)).forEach((message, at) => {
    if (message.role !== 'tool' || message.text.length < WORTH || message.text.startsWith(START)) return;
    const text = `${START} ${message.text.length.toLocaleString('en')} characters. Make the call again if you need it.]`;
    changed.set(at, { ...message, text });
  });
  return changed;
}
