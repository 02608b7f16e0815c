/** What the model said, and what it cost. */
import type { EventOf } from '../events.ts';
import { addMoney, addUsage } from '../ledger.ts';
import type { Money, Usage } from '../message.ts';
import type { SessionHead } from '../transcript.ts';
import { plainTitle } from './calls.ts';
import type { Fold, Folds } from './fold.ts';

export const replyFolds: Folds = {
  'assistant.message': (f, e) => {
    addReply(f, e);
    f.head({
      contextTokens: e.usage.promptTokens + e.usage.completionTokens,
      contextWindow: e.contextWindow,
      ...spent(f.t.head, e),
    });
  },
  'request.paid': (f, e) => {
    const { requests, cost } = f.t.head.unseen;
    f.head({ ...spent(f.t.head, e), unseen: { requests: requests + 1, cost: addMoney(cost, e.cost) } });
  },
};

function addReply({ t, add }: Fold, e: EventOf<'assistant.message'>): void {
  const { message, step } = e;
  if (message.reasoning?.trim()) {
    const durationMs = e.timing.thinkingMs;
    add({ id: `e${e.seq}r`, kind: 'thinking', text: message.reasoning, durationMs, step });
  }
  if (message.text.trim()) add({ id: `e${e.seq}t`, kind: 'answer', text: message.text, step });
  for (const call of message.toolCalls) {
    t.calls.set(call.id, t.items.length);
    const title = plainTitle(call.name);
    add({ id: call.id, kind: 'tool', callId: call.id, name: call.name, step, title, state: 'waiting' });
  }
}

export function spent(
  head: SessionHead,
  { usage, cost }: { usage: Usage; cost?: Money },
): Partial<SessionHead> {
  return {
    total: addUsage(head.total, usage),
    cost: addMoney(head.cost, cost),
    turnCost: addMoney(head.turnCost, cost),
    recent: recent(head.recent, usage, cost),
  };
}

/** As many as a small picture can tell apart. */
const RECENT = 48;

function recent(
  { unit: before, values }: SessionHead['recent'],
  { promptTokens, completionTokens }: Usage,
  cost: Money | undefined,
): SessionHead['recent'] {
  const unit = cost?.currency ?? 'tokens';
  const known = unit === before ? values.slice(1 - RECENT) : [];
  return { unit, values: [...known, cost?.amount ?? promptTokens + completionTokens] };
}
