/** Stand-ins at the loop's seams: a model that says what a test tells it to, tools that count, a log in memory. */
import * as z from 'zod';
import type { ApprovalAnswer, TurnInput } from '../../src/agent/seams.ts';
import type { ModelClient, ModelDelta, ModelReply } from '../../src/model/client.ts';
import type { LiveEvent, NewEvent, SessionEvent } from '../../src/protocol/events.ts';
import type { Message, ToolCall } from '../../src/protocol/message.ts';
import type { Decision } from '../../src/safety/policy.ts';
import { SessionState } from '../../src/session/state.ts';
import type { Tool, ToolPlan } from '../../src/tools/tool.ts';

export function reply(message: { text?: string; reasoning?: string; calls?: ToolCall[] }): ModelReply {
  return {
    type: 'reply',
    message: {
      role: 'assistant',
      reasoning: message.reasoning,
      text: message.text ?? '',
      toolCalls: message.calls ?? [],
    },
    finish: message.calls?.length ? 'toolCalls' : 'stop',
    usage: { promptTokens: 100, cachedTokens: 0, completionTokens: 10 },
    cost: { amount: 1, currency: 'USD' },
    timing: { firstTokenMs: 1, thinkingMs: 1, totalMs: 2 },
    repairs: [],
  };
}
export const call = (id: string, name: string, args: unknown = {}): ToolCall => ({
  id,
  name,
  arguments: typeof args === 'string' ? args : JSON.stringify(args),
});

/** Answers each request with the next entry: deltas, or a function of the messages it got. */
export function scriptedModel(
  script: (ModelDelta[] | ((messages: readonly Message[], signal: AbortSignal) => Promise<ModelDelta[]>))[],
  contextWindow = 100_000,
): ModelClient & { requests: Message[][] } {
  const requests: Message[][] = [];
  return {
    requests,
    info: async () => ({ id: 'fake', contextWindow }),
    async *stream(request, signal) {
      const next = script[requests.length];
      requests.push(structuredClone(request.messages) as Message[]);
      if (!next) throw new Error('The script has no more replies.');
      yield* typeof next === 'function' ? await next(request.messages, signal) : next;
    },
  };
}

export function fakeTool(
  name: string,
  run: ToolPlan['run'],
  more: Partial<Pick<Tool, 'readOnly'>> & Partial<Pick<ToolPlan, 'access' | 'effects' | 'preview'>> = {},
): Tool {
  return {
    name,
    description: name,
    input: z.object({ n: z.number().optional() }) as unknown as Tool['input'],
    readOnly: more.readOnly ?? false,
    prepare: async () => ({
      title: { ask: 'Do', busy: 'Doing', done: 'Did', object: name },
      access: more.access ?? [],
      effects: more.effects ?? [],
      preview: more.preview,
      run,
    }),
  };
}

export interface Stage {
  input: TurnInput;
  events: SessionEvent[];
  live: LiveEvent[];
  state: SessionState;
  abort: AbortController;
  emit(event: NewEvent): Promise<void>;
}

/** A turn ready to run, whose events land in memory and in the real folds. */
export async function stage(
  model: ModelClient,
  tools: Tool[] = [],
  options: {
    decide?: () => Decision;
    approve?: () => Promise<ApprovalAnswer>;
    ask?: (question: string) => Promise<string>;
    maxSteps?: number;
  } = {},
): Promise<Stage> {
  const events: SessionEvent[] = [];
  const live: LiveEvent[] = [];
  const state = new SessionState();
  const abort = new AbortController();
  const record = async (event: NewEvent) => {
    const stamped = { ...event, seq: events.length, at: events.length } as SessionEvent;
    events.push(stamped);
    state.apply(stamped);
  };
  await record({
    type: 'session.started',
    version: 1,
    id: 's',
    roots: ['/w'],
    backend: { baseUrl: 'http://127.0.0.1:1/v1', model: 'fake', profile: 'custom', standIn: false },
    mode: 'ask',
    systemPrompt: 'system',
    tools: [],
  });
  await record({ type: 'turn.started', turn: 't', maxSteps: options.maxSteps ?? 300 });
  await record({ type: 'user.message', turn: 't', text: 'go', context: [], steer: false });
  const input: TurnInput = {
    turn: { id: 't', sessionId: 's', step: 0, maxSteps: options.maxSteps ?? 300 },
    history: state.history,
    guard: state.guard,
    model,
    tools: {
      declarations: tools.map(t => ({ name: t.name, description: t.description, parameters: {} })),
      get: name => tools.find(t => t.name === name),
    },
    decide: async () => options.decide?.() ?? { verdict: 'allow', by: 'policy', reasons: [] },
    begun: callId => state.intents.get(callId),
    keep: async () => true,
    people: {
      reconsider: () => {},
      approve: options.approve ?? (() => Promise.reject(new Error('nobody expected a question'))),
      ask: (_id, question) =>
        options.ask?.(question) ?? Promise.reject(new Error('nobody expected a question')),
    },
    emit: Object.assign(record, { live: (event: LiveEvent) => void live.push(event) }),
    signal: abort.signal,
  };
  return { input, events, live, state, abort, emit: record };
}

export const types = (events: SessionEvent[]) => events.map(e => e.type);
export const results = (events: SessionEvent[]) => events.filter(e => e.type === 'tool.result');
