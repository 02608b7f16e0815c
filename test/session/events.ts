/** Events for tests of the log. */
import type { EventOf, NewEvent } from '../../src/protocol/events.ts';

export const notice = (text: string): NewEvent => ({ type: 'notice', level: 'info', code: 'test', text });
export const result = (content: string): NewEvent => ({
  type: 'tool.result',
  callId: 'call-1',
  isError: false,
  content,
  durationMs: 1,
});
export const intent: NewEvent = { type: 'tool.intent', callId: 'call-1', effects: [] };
export const turnStarted: NewEvent = { type: 'turn.started', turn: 't1', maxSteps: 300 };
export const turnEnded: NewEvent = { type: 'turn.ended', turn: 't1', reason: 'done' };
export const message = (text: string): NewEvent => ({
  type: 'user.message',
  turn: 't1',
  text,
  context: [],
  steer: false,
});
export const started = (version: number) =>
  ({
    type: 'session.started',
    version,
    id: 's',
    roots: [],
    backend: { baseUrl: '', model: '', profile: '', standIn: true },
    mode: 'ask',
    systemPrompt: '',
    tools: [],
  }) satisfies Omit<EventOf<'session.started'>, 'version' | 'seq' | 'at'> & { version: number };
