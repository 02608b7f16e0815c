/** What the model no longer reads, and where that began. */
import type { Folds } from './fold.ts';

export const contextFolds: Folds = {
  'context.trimmed': (f, e) => {
    const what = e.results === 1 ? '1 earlier tool output' : `${e.results} earlier tool outputs`;
    const text = `Made room in the context: ${what} set aside (about ${e.tokens.toLocaleString('en')} tokens).`;
    f.add({ id: `e${e.seq}`, kind: 'notice', level: 'info', code: 'context', text });
  },
};
