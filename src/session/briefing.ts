/**
 * What stands in the place of earlier work: what the person said, word for word, and then, as the model's own words,
 * its summary, the plan and the open problems. Two messages, as if a turn had ended with an answer. The summary is no
 * user message, because it speaks of files and outputs: what is in them must not gain a person's authority.
 */
import { estimateTokens } from '../model/estimate.ts';
import type { PlanItem } from '../protocol/display.ts';
import type { ContextItem } from '../protocol/events.ts';
import type { Message } from '../protocol/message.ts';
import { showControls } from '../protocol/plainText.ts';
import type { OpenProblem } from './openProblems.ts';

/** What a person said, and what they attached. `seq`: the number of its event. */
export interface Said {
  seq: number;
  text: string;
  context: ContextItem[];
  steer: boolean;
}

export interface Earlier {
  said: readonly Said[];
  /** Tokens that `said` may take. */
  room: number;
  plan: readonly PlanItem[];
  problems: readonly OpenProblem[];
  summary: string;
  canRecall: boolean;
}

/** Where the work goes on with a reply of the model, somebody has to have spoken before it. */
export const GO_ON: Message = { role: 'user', text: '[Room was made in the context. Go on with the task.]' };

export function briefing(earlier: Earlier): Message[] {
  const { said, room, plan, problems, summary, canRecall } = earlier;
  const pointer = (seq: number) => (canRecall ? ` (all of it: recall with entry ${seq})` : '');
  const words = fitting(said, room).map(({ seq, text, context, steer }, i) => {
    const attached = context.map(
      ({ label, text }) => `[Attached: ${showControls(label)}, ${text.length} characters${pointer(seq)}]`,
    );
    return [`## ${i + 1}${steer ? ', while you worked' : ''}`, text, ...attached].join('\n\n');
  });
  const opening = `[Earlier parts of this conversation gave way to make room. What I said in them, word for word:]`;
  const ticks = { done: 'x', active: '~', pending: ' ' };
  const parts = [
    `# Where the work stands\n\n${summary.trim()}`,
    plan.length &&
      `# The plan\n\n${plan.map(({ text, status }) => `- [${ticks[status]}] ${text}`).join('\n')}`,
    problems.length &&
      `# Not in order when last seen\n\n${problems.map(({ what, seq, text }) => `${what}${pointer(seq)}\n\n${text}`).join('\n\n')}`,
    canRecall && '[Everything before this is in the log of the session: recall searches it.]',
  ];
  return [
    { role: 'user', text: [opening, ...words].join('\n\n') },
    { role: 'assistant', text: parts.filter(Boolean).join('\n\n'), toolCalls: [] },
  ];
}

/** Word for word as far as there is room; over it, the longest ones keep their beginnings and ends. */
function fitting(said: readonly Said[], room: number): readonly Said[] {
  const tokens = said.map(({ text }) => estimateTokens(text));
  const most = level(tokens, room);
  return said.map((one, i) => {
    if (tokens[i]! <= most) return one;
    const kept = Math.floor((one.text.length * most) / tokens[i]!);
    const head = Math.floor(kept * 0.7);
    const left = one.text.length - kept;
    const note = `\n[… ${left.toLocaleString('en')} characters left out here; entry ${one.seq} has all of it …]\n`;
    return { ...one, text: one.text.slice(0, head) + note + one.text.slice(one.text.length - (kept - head)) };
  });
}

/** The most that each may have so that all together keep to `room`: what the short ones leave, the long ones share. */
function level(sizes: readonly number[], room: number): number {
  let left = room;
  const sorted = [...sizes].sort((a, b) => a - b);
  for (const [i, size] of sorted.entries()) {
    const share = left / (sorted.length - i);
    if (size > share) return share;
    left -= size;
  }
  return Number.POSITIVE_INFINITY;
}
