/** Writes a session's events as they would come, and folds them as the host does. */
import type { ApprovalMode, Offer } from '../../../src/protocol/approvals.ts';
import type { ToolDisplay, ToolTitle } from '../../../src/protocol/display.ts';
import type {
  Backend,
  Failure,
  LiveEvent,
  NewEvent,
  SessionEvent,
  TurnEnd,
} from '../../../src/protocol/events.ts';
import { applyEvent, emptyTranscript } from '../../../src/protocol/transcript.ts';
import type { HostMessage, Snapshot } from '../../../src/protocol/view.ts';

export const backend: Backend = {
  baseUrl: 'http://127.0.0.1:8000/v1',
  model: 'kimi-k2-thinking',
  profile: 'vllm',
  standIn: false,
};
export const standIn: Backend = { ...backend, baseUrl: 'standin:', model: 'stand-in', standIn: true };

export interface Call {
  name: string;
  title: ToolTitle;
  display?: ToolDisplay;
  durationMs?: number;
  /** What the model was told when it failed. */
  error?: string;
}

export function script(options: { title?: string; backend?: Backend; startedAgo?: number } = {}) {
  const events: SessionEvent[] = [];
  let now = Date.now() - (options.startedAgo ?? 60_000);
  let step = 0;
  let calls = 0;
  const emit = (event: NewEvent, later = 400) => {
    now += later;
    events.push({ ...event, seq: events.length, at: now } as SessionEvent);
  };
  emit({
    type: 'session.started',
    version: 1,
    id: 'story',
    roots: ['/projects/shop'],
    backend: options.backend ?? backend,
    mode: 'ask',
    systemPrompt: '',
    tools: [],
  });
  emit({ type: 'session.titled', title: options.title ?? 'Make the failing test pass' });

  const it = {
    events,
    emit,
    /** Starts a turn with the person's message. */
    say(text: string, context: { label: string; text: string }[] = []) {
      step = 0;
      emit({ type: 'turn.started', turn: 't', maxSteps: 300 });
      emit({ type: 'user.message', turn: 't', text, context, steer: false });
      return it;
    },
    beginStep() {
      emit({ type: 'step.started', turn: 't', step: ++step });
      return it;
    },
    /** One reply with its calls, planned but not yet run; returns their ids. */
    reply(reply: { reasoning?: string; text?: string; calls?: Call[]; thinkingMs?: number }): string[] {
      it.beginStep();
      const asked = (reply.calls ?? []).map(call => ({ call, id: `call-${++calls}` }));
      const promptTokens = 4_000 + step * 611;
      emit({
        type: 'assistant.message',
        turn: 't',
        step,
        message: {
          role: 'assistant',
          reasoning: reply.reasoning,
          text: reply.text ?? '',
          toolCalls: asked.map(({ call, id }) => ({ id, name: call.name, arguments: '{}' })),
        },
        usage: { promptTokens, cachedTokens: promptTokens - 611, completionTokens: 420 },
        cost: { amount: 0.0021, currency: 'USD' },
        contextWindow: 262_144,
        timing: { firstTokenMs: 300, thinkingMs: reply.thinkingMs ?? 4_200, totalMs: 6_000 },
      });
      for (const { call, id } of asked)
        emit({ type: 'tool.planned', callId: id, title: call.title, access: [] }, 1);
      return asked.map(({ id }) => id);
    },
    allow(callId: string) {
      emit({ type: 'tool.decided', callId, verdict: 'allow', by: 'policy' }, 1);
      return it;
    },
    result(callId: string, call: Call) {
      const durationMs = call.durationMs ?? 120;
      const { display, error } = call;
      emit(
        {
          type: 'tool.result',
          callId,
          isError: error !== undefined,
          content: error ?? 'ok',
          display,
          durationMs,
        },
        durationMs,
      );
      if (display?.kind === 'plan') emit({ type: 'plan.updated', items: display.items }, 1);
      return it;
    },
    /** One whole step: the reply, and every call allowed and done. */
    step(reply: { reasoning?: string; text?: string; calls?: Call[]; thinkingMs?: number }) {
      const ids = it.reply(reply);
      for (const [i, id] of ids.entries()) it.allow(id).result(id, reply.calls![i]!);
      return it;
    },
    ask(callId: string, preview: ToolDisplay, reasons: string[], offers?: Offer[], suggested?: number) {
      emit({
        type: 'approval.requested',
        callId,
        nonce: `nonce-${callId}`,
        preview,
        reasons,
        ...(offers && { offers }),
        ...(suggested !== undefined && { suggested }),
      });
      return it;
    },
    mode(mode: ApprovalMode) {
      emit({ type: 'session.changed', mode });
      return it;
    },
    end(reason: TurnEnd = 'done', failure?: Failure) {
      emit({ type: 'turn.ended', turn: 't', reason, failure });
      return it;
    },
    snapshot(live: LiveEvent[] = []): Snapshot {
      return snapshotOf(events, live);
    },
  };
  return it;
}

export function snapshotOf(events: readonly SessionEvent[], live: LiveEvent[] = []): Snapshot {
  const transcript = emptyTranscript();
  for (const event of events) applyEvent(transcript, event);
  return { ...around, head: transcript.head, items: transcript.items, live };
}

/** One update for each event, as a host that never coalesces would post them. */
export function updatesOf(events: readonly SessionEvent[]): HostMessage[] {
  const transcript = emptyTranscript();
  return events.map(event => {
    const change = applyEvent(transcript, event);
    return { type: 'update', items: change.items, head: change.head ? transcript.head : undefined, live: [] };
  });
}

export const around: Omit<Snapshot, 'head'> = {
  type: 'snapshot',
  items: [],
  live: [],
  examples: [
    { label: 'Make the failing tests pass', prompt: 'Run the tests and fix what fails.' },
    { label: 'Explain this workspace', prompt: 'Explain what this workspace is and how it is built.' },
    { label: 'Review my changes', prompt: 'Review the uncommitted changes.' },
  ],
  backend: { label: 'kimi-k2-thinking', standIn: false },
  mode: 'ask',
};
