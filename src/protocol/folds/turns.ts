/** The session, its turns and steps, and what people say in them. */

import type { Folds } from './fold.ts';
import { foldNotice } from './notices.ts';

export const turnFolds: Folds = {
  'session.started': (f, e) => f.head({ id: e.id, roots: e.roots, backend: e.backend, mode: e.mode }),
  'session.titled': (f, e) => f.head({ title: e.title }),
  'session.changed': (f, e) =>
    f.head({ mode: e.mode ?? f.t.head.mode, backend: e.backend ?? f.t.head.backend }),

  'turn.started': (f, e) => {
    f.t.notices.clear();
    f.head({
      status: 'running',
      turnStartedAt: e.at,
      step: 0,
      maxSteps: e.maxSteps,
      pending: [],
      turnCost: [],
    });
  },
  'turn.resumed': f => f.head({ status: 'running', pending: [] }),
  'user.message': (f, e) => {
    f.add({ id: `e${e.seq}`, kind: 'user', text: e.text, context: e.context, steer: e.steer, at: e.at });
    if (e.queued) f.head({ queue: f.t.head.queue.filter(({ id }) => id !== e.queued) });
  },
  'step.started': (f, e) => f.head({ step: e.step }),
  'plan.updated': (f, e) => f.head({ plan: e.items }),
  notice: (f, e) => void f.change.items.push(foldNotice(f.t, e)),
  'turn.ended': (f, e) => {
    const { reason, failure } = e;
    const durationMs = e.at - f.t.head.turnStartedAt;
    f.add({ id: `e${e.seq}`, kind: 'end', reason, failure, steps: f.t.head.step, durationMs });
    const status = reason === 'failed' ? 'failed' : reason === 'done' ? 'idle' : 'stopped';
    f.head({ status, pending: [] });
  },
};
