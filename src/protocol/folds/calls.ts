/** Tool calls: planned, decided, run; and what waits for a person. */
import type { ToolTitle } from '../display.ts';
import type { Pending } from '../transcript.ts';
import { type Fold, type Folds, toolOf, unpend } from './fold.ts';

export const callFolds: Folds = {
  'tool.planned': (f, e) => f.updateTool(e.callId, { title: e.title }),
  'approval.requested': (f, e) => {
    const { callId, nonce, preview, reasons, offers = [], suggested } = e;
    f.updateTool(callId, { state: 'approval', display: preview });
    const title = toolOf(f.t, callId)?.title ?? plainTitle(callId);
    const asked = { callId, nonce, title, preview, reasons, offers, suggested };
    wait(f, [...unpend(f.t, callId), { kind: 'approval', ...asked }]);
  },
  'tool.decided': (f, e) => {
    // What a person allowed may stand behind others of the same reply: it runs when its intent is recorded.
    const allowed = e.by === 'person' ? 'waiting' : 'running';
    f.updateTool(
      e.callId,
      e.verdict === 'allow' ? { state: allowed } : { state: 'denied', message: e.reason },
    );
    wait(f, unpend(f.t, e.callId));
  },
  'tool.intent': (f, e) => f.updateTool(e.callId, { state: 'running' }),
  'tool.result': (f, e) => {
    const before = toolOf(f.t, e.callId);
    const state = before?.state === 'denied' ? 'denied' : e.isError ? 'failed' : 'done';
    f.updateTool(e.callId, {
      state,
      display: e.display ?? before?.display,
      message: e.isError ? (before?.message ?? e.content) : undefined,
      durationMs: e.durationMs,
    });
    if (f.t.head.pending.some(p => p.callId === e.callId)) wait(f, unpend(f.t, e.callId));
  },
  'question.asked': (f, e) => {
    const { callId, nonce, question, options } = e;
    f.updateTool(callId, { display: { kind: 'question', question, options } });
    wait(f, [...unpend(f.t, callId), { kind: 'question', callId, nonce, question, options }]);
  },
  'question.answered': (f, e) => {
    const shown = toolOf(f.t, e.callId)?.display;
    if (shown?.kind === 'question') f.updateTool(e.callId, { display: { ...shown, answer: e.answer } });
    wait(f, unpend(f.t, e.callId));
  },
};

function wait(f: Fold, pending: Pending[]): void {
  f.head({ pending, status: pending.length ? 'waiting' : 'running' });
}

/** A title for a call nobody has planned yet. */
export function plainTitle(name: string): ToolTitle {
  return { ask: 'Call', busy: 'Calling', done: 'Called', object: name };
}
