/** Messages that wait for the end of a turn. */
import type { Folds } from './fold.ts';

export const queueFolds: Folds = {
  'queue.added': (f, { id, text, context }) => f.head({ queue: [...f.t.head.queue, { id, text, context }] }),
  'queue.edited': (f, { id, text }) =>
    f.head({ queue: f.t.head.queue.map(message => (message.id === id ? { ...message, text } : message)) }),
  'queue.removed': (f, { id }) => f.head({ queue: f.t.head.queue.filter(message => message.id !== id) }),
};
