/** What is shown of the step that is being written now, and of tools that run now. Recorded items replace it. */
import type { LiveEvent } from '../../protocol/events.ts';
import { lastLines } from '../text/terminal.ts';

export interface LiveTool {
  /** Milliseconds since the epoch, by this view's clock. */
  startedAt: number;
  output: string;
}

export interface Live {
  /** Changes whenever the step's text starts anew, so that a view of it starts anew too. */
  generation: number;
  /** When this step began, as far as this view saw it; milliseconds since the epoch. */
  since: number;
  reasoning: string;
  reasoningSince: number;
  text: string;
  /** Calls being written, by their index in the reply. */
  calls: readonly { name: string; bytes: number }[];
  /** Earlier work is being summarised. */
  summarising?: boolean;
  waiting?: { reason: string; until?: number; attempt: number };
  tools: ReadonlyMap<string, LiveTool>;
  tokensPerSecond: number;
}

export const LIVE_LINES = 200;

export function newStep(live: Live | undefined, now: number): Live {
  return {
    generation: (live?.generation ?? 0) + 1,
    since: now,
    reasoning: '',
    reasoningSince: 0,
    text: '',
    calls: [],
    tools: live?.tools ?? new Map(),
    tokensPerSecond: live?.tokensPerSecond ?? 0,
  };
}

export function foldLive(live: Live, e: LiveEvent, now: number): Live {
  switch (e.type) {
    case 'reasoning.delta': {
      const reasoningSince = live.reasoningSince || now;
      return { ...live, waiting: undefined, reasoningSince, reasoning: live.reasoning + e.text };
    }
    case 'text.delta':
      return { ...live, waiting: undefined, text: live.text + e.text };
    case 'call.delta': {
      const calls = [...live.calls];
      calls[e.index] = { name: e.name || calls[e.index]?.name || '', bytes: e.bytes };
      return { ...live, waiting: undefined, calls };
    }
    case 'context.summarising':
      return { ...newStep(live, now), summarising: true };
    case 'step.reset':
      return { ...newStep(live, now), ...(live.summarising && { summarising: true }) };
    case 'step.waiting':
      return { ...live, waiting: { reason: e.reason, until: e.until, attempt: e.attempt } };
    case 'tool.started':
      return withTool(live, e.callId, { startedAt: now, output: '' });
    case 'tool.output': {
      const before = live.tools.get(e.callId) ?? { startedAt: now, output: '' };
      return withTool(live, e.callId, { ...before, output: lastLines(before.output + e.text, LIVE_LINES) });
    }
    case 'meter':
      return { ...live, tokensPerSecond: e.tokensPerSecond };
    default:
      return live;
  }
}

function withTool(live: Live, callId: string, tool: LiveTool): Live {
  return { ...live, tools: new Map(live.tools).set(callId, tool) };
}

export function withoutTool(live: Live, callId: string): Live {
  if (!live.tools.has(callId)) return live;
  const tools = new Map(live.tools);
  tools.delete(callId);
  return { ...live, tools };
}
