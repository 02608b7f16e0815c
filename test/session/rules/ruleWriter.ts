/** A process that adds 25 rules of its own, and as often one that others add, too. */
import { createRuleStore } from '../../../src/session/rules/ruleStore.ts';

const [, , state, number] = process.argv;
const store = createRuleStore(state!, Date.now);
for (let i = 0; i < 25; i++) {
  await store.add({ kind: 'argv', words: ['make', `${number}-${i}`] }, { destination: 'user' });
  await store.add({ kind: 'edits' }, { destination: 'workspace', root: '/ws' });
}
