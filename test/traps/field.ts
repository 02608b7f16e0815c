/** Where the traps are set: the real client, or a whole session, against a stand-in in process. */
import { onTestFinished } from 'vitest';
import type { ModelClient, ModelDelta, ModelReply, ModelRequest } from '../../src/model/client.ts';
import { createModelClient, type ModelClientOptions } from '../../src/model/connect.ts';
import type { ApprovalMode } from '../../src/protocol/approvals.ts';
import type { Backend, LiveEvent, SessionEvent } from '../../src/protocol/events.ts';
import type { Message, ToolDeclaration } from '../../src/protocol/message.ts';
import type { Session, SessionsOptions } from '../../src/session/sessions.ts';
import type { ScheduledFault } from '../../src/standin/faults.ts';
import { type ProfileName, profiles } from '../../src/standin/profiles.ts';
import type { Reply, Scenario } from '../../src/standin/script.ts';
import { createStandin, type Standin, type StandinOptions } from '../../src/standin/standin.ts';
import { type Workshop, when, workshop } from '../session/workshop.ts';

/** Our profile for each backend the stand-in can be. */
export const OURS: Record<ProfileName, string> = {
  moonshot: 'moonshot',
  'vllm-new': 'vllm',
  'vllm-old': 'vllm',
  sglang: 'sglang',
  openrouter: 'openrouter',
  llamacpp: 'llamacpp',
  raw: 'custom',
};

/** Plays these replies one after the other, then says "Done."; each new message of a person starts again. */
export const playing = (...replies: Reply[]): Scenario => ({
  name: 'played',
  about: '',
  matches: () => true,
  next: ({ steps }) => replies[steps] ?? { reasoning: 'All is done.', text: 'Done.' },
});

export interface Setting extends Omit<StandinOptions, 'profile' | 'scenario'> {
  profile?: ProfileName;
  replies?: Reply[];
  scenario?: Scenario;
  /** The window that its models list tells, where that is not the one that holds; tokens. */
  tells?: number;
  faults?: ScheduledFault[];
  backend?: Partial<Backend>;
  client?: Partial<ModelClientOptions>;
}

export interface Field {
  standin: Standin;
  /** What the client waited before each new attempt, milliseconds. */
  waits: number[];
  connect(): ModelClient;
}

export function field(setting: Setting = {}): Field {
  const { profile = 'vllm-new', replies = [], scenario, tells, backend, client, ...options } = setting;
  const standin = createStandin({
    tokensPerSecond: 0,
    record: true,
    ...options,
    profile: tells ? { ...profiles[profile], window: () => ({ max_model_len: tells }) } : profile,
    scenario: scenario ?? playing(...replies),
  });
  const waits: number[] = [];
  const connect = () =>
    createModelClient({
      backend: {
        baseUrl: standin.baseUrl,
        model: standin.model,
        profile: OURS[profile],
        standIn: false,
        ...backend,
      },
      fetch: standin.fetch,
      sleep: async ms => void waits.push(ms),
      random: () => 0,
      ...client,
    });
  return { standin, waits, connect };
}

const object = (...names: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map(name => [name, { type: 'string' }])),
});
export const TOOLS: ToolDeclaration[] = [
  { name: 'read_file', description: 'Reads.', parameters: object('path') },
  { name: 'run_command', description: 'Runs.', parameters: object('command') },
];

export const request = (messages: readonly Message[]): ModelRequest => ({
  messages,
  tools: TOOLS,
  sessionId: 's',
});
export const start = (text = 'go'): Message[] => [
  { role: 'system', text: 'You are an agent.' },
  { role: 'user', text },
];

export async function deltas(client: ModelClient, messages: readonly Message[]): Promise<ModelDelta[]> {
  const all: ModelDelta[] = [];
  for await (const delta of client.stream(request(messages), new AbortController().signal)) all.push(delta);
  return all;
}
export async function ask(client: ModelClient, messages: readonly Message[] = start()): Promise<ModelReply> {
  return (await deltas(client, messages)).at(-1) as ModelReply;
}

/** Asks until the model calls nothing more; every call is answered with "ok". */
export async function loop(client: ModelClient, messages = start()): Promise<ModelReply[]> {
  const replies: ModelReply[] = [];
  for (;;) {
    const reply = await ask(client, messages);
    replies.push(reply);
    messages.push(reply.message);
    for (const { id, name } of reply.message.toolCalls)
      messages.push({ role: 'tool', callId: id, name, text: 'ok' });
    if (!reply.message.toolCalls.length) return replies;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: bodies as they went over the wire
export const bodies = (standin: Standin): any[] => standin.requests.map(r => r.body);

export interface Played extends Field {
  shop: Workshop;
  session: Session;
  live: LiveEvent[];
  events(): Promise<SessionEvent[]>;
  results(): Promise<Extract<SessionEvent, { type: 'tool.result' }>[]>;
}

/** A session over real files and tools, its client made anew for each turn as the product does. */
export async function session(
  setting: Setting = {},
  mode: ApprovalMode = 'all',
  more: Partial<SessionsOptions> = {},
): Promise<Played> {
  const made = field(setting);
  const shop = workshop();
  onTestFinished(() => shop[Symbol.asyncDispose]());
  const opened = await shop.start(made.connect(), mode, { connect: async () => made.connect(), ...more });
  const live: LiveEvent[] = [];
  opened.subscribe(update => {
    if ('live' in update) live.push(update.live);
  });
  const events = () => shop.events(opened.id);
  const results = async () => (await events()).filter(e => e.type === 'tool.result');
  return { ...made, shop, session: opened, live, events, results };
}

/** One turn, to its end. */
export async function turn(played: Played, text = 'go'): Promise<SessionEvent> {
  await played.session.send(text);
  await played.session.settled();
  return (await played.events()).at(-1)!;
}

/** Answers the next approval that is asked for; one that is answered already does not count. */
export const decide = ({ session: s }: Played, answer: 'once' | 'deny'): Promise<boolean> =>
  when(s, () => s.transcript.head.pending.some(p => s.approve(p.callId, p.nonce, answer)));
