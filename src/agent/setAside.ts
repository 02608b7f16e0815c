/**
 * Room in the window: which tool outputs give way, and what stands in their place. All that are older than the newest
 * reply do, as K2-Thinking was evaluated (model card: all previous tool outputs are hidden, thoughts and calls stay).
 */
import type { Message, ToolMessage } from '../protocol/message.ts';

const START = '[Output set aside to make room:';
/** An output shorter than this frees nothing worth a change. Characters. */
const WORTH = 200;

/** `entry`: the number under which `recall` finds it; absent in sessions that began without that tool. */
export function setAside(message: ToolMessage, entry?: number): ToolMessage {
  const again =
    entry === undefined
      ? 'Make the call again if you need it.'
      : `recall with entry ${entry} shows it again.`;
  const length = message.text.length.toLocaleString('en');
  return { ...message, text: `${START} ${length} characters. ${again}]` };
}

/** Whether anything is gained by it. */
export const isWorthSettingAside = (message: Message): message is ToolMessage =>
  message.role === 'tool' && message.text.length >= WORTH && !message.text.startsWith(START);

/** Where the newest reply stands: it and its results stay. */
export const newestReply = (messages: readonly Message[]): number =>
  Math.max(
    0,
    messages.findLastIndex(message => message.role === 'assistant'),
  );
