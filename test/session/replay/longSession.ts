/** The log of a long session: reads, searches, commands and edits in turn, two turns, repeated notices. */
import type { NewEvent, SessionEvent } from '../../../src/protocol/events.ts';

const title = (ask: string, object: string) => ({ ask, busy: `${ask}ing`, done: `${ask}ed`, object });

export function longSession(steps: number): SessionEvent[] {
  const list: NewEvent[] = [
    {
      type: 'session.started',
      version: 1,
      id: 'long',
      roots: ['/w'],
      backend: { baseUrl: 'http://127.0.0.1:1/v1', model: 'k2', profile: 'custom', standIn: false },
      mode: 'all',
      systemPrompt: 'system',
      tools: [],
    },
  ];
  for (let n = 1; n <= steps; n++) {
    const turn = n <= steps / 2 ? 't1' : 't2';
    const step = turn === 't1' ? n : n - Math.floor(steps / 2);
    if (step === 1) {
      if (turn === 't2') list.push({ type: 'turn.ended', turn: 't1', reason: 'stopped' });
      list.push(
        { type: 'turn.started', turn, maxSteps: 300 },
        { type: 'user.message', turn, text: `task ${turn}`, context: [], steer: false },
      );
    }
    const callId = `c${n}`;
    list.push({ type: 'step.started', turn, step });
    if (n % 7 === 0) list.push({ type: 'notice', level: 'info', code: 'wire', text: 'A call was mended.' });
    list.push(
      {
        type: 'assistant.message',
        turn,
        step,
        message: {
          role: 'assistant',
          reasoning: `Step ${n}. `.repeat(20),
          text: '',
          toolCalls: [{ id: callId, name: 'edit_file', arguments: `{"path":"f${n}.ts"}` }],
        },
        usage: { promptTokens: 1000 * n, cachedTokens: 900 * n, completionTokens: 80 },
        cost: { amount: 0.001, currency: 'USD' },
        contextWindow: 262_144,
        timing: { firstTokenMs: 1, thinkingMs: 5, totalMs: 9 },
      },
      { type: 'tool.planned', callId, title: title('Edit', `f${n}.ts`), access: [] },
      { type: 'tool.decided', callId, verdict: 'allow', by: 'mode' },
      {
        type: 'tool.intent',
        callId,
        effects: [{ kind: 'file', path: `/w/f${n}.ts`, before: 'a', after: 'b' }],
      },
    );
    if (n % 5 === 0) list.push({ type: 'plan.updated', items: [{ text: `part ${n}`, status: 'active' }] });
    list.push({
      type: 'tool.result',
      callId,
      isError: false,
      content: 'x'.repeat(2000),
      display: {
        kind: 'diff',
        files: [
          {
            path: `f${n}.ts`,
            change: 'modified',
            hunks: `@@ -1 +1 @@\n-${n}\n+${n + 1}\n`,
            added: 1,
            removed: 1,
          },
        ],
      },
      durationMs: 5,
    });
  }
  list.push({ type: 'turn.ended', turn: 't2', reason: 'done' });
  return list.map(
    ({ type, ...rest }, seq) => ({ type, seq, at: 1_767_225_600_000 + 500 * seq, ...rest }) as SessionEvent,
  );
}
