/** States in which the agent works. */
import { failingTest, plan, read, run, search } from './calls.ts';
import { script } from './script.ts';
import type { Story } from './stories.ts';
import { answer, thinking } from './texts.ts';

const begun = () =>
  script({ startedAgo: 43_000 })
    .say('Make the failing test pass')
    .step({ reasoning: thinking, calls: [plan(1)], thinkingMs: 12_400 })
    .step({ reasoning: 'Look first.', calls: [read('src/cart/total.ts'), search('discount')] });

export const running: Story[] = [
  {
    name: 'starting',
    messages: () => [script({ startedAgo: 3_000 }).say('Explain this workspace').beginStep().snapshot()],
  },
  {
    name: 'thinking',
    messages: () => [
      begun()
        .beginStep()
        .snapshot([
          { type: 'reasoning.delta', text: thinking },
          { type: 'meter', tokensPerSecond: 87.4 },
        ]),
    ],
  },
  {
    name: 'writing',
    messages: () => [
      begun()
        .beginStep()
        .snapshot([
          { type: 'reasoning.delta', text: thinking },
          { type: 'text.delta', text: answer.slice(0, 620) },
          { type: 'meter', tokensPerSecond: 92.1 },
        ]),
    ],
  },
  {
    name: 'preparing-call',
    messages: () => [
      begun()
        .beginStep()
        .snapshot([
          { type: 'reasoning.delta', text: 'Now the edit.' },
          { type: 'call.delta', index: 0, name: 'edit_file', bytes: 1_840 },
          { type: 'meter', tokensPerSecond: 71 },
        ]),
    ],
  },
  {
    name: 'running-tools',
    messages: () => {
      const s = begun();
      const call = run('npm test -- --reporter=spec --test-concurrency=1', failingTest);
      const [test, other] = s.reply({ reasoning: 'Run it.', calls: [call, read('src/shop.ts')] });
      s.allow(test!);
      return [
        s.snapshot([
          { type: 'tool.started', callId: test! },
          { type: 'tool.output', callId: test!, text: `\u001b[32mrunning\u001b[0m 12 tests\n${failingTest}` },
        ]),
        { type: 'update', items: [], live: [{ type: 'tool.output', callId: other!, text: '' }] },
      ];
    },
  },
  {
    name: 'waiting-backend',
    messages: () => [
      begun()
        .beginStep()
        .snapshot([{ type: 'step.waiting', reason: 'backend busy', until: Date.now() + 8_000, attempt: 2 }]),
    ],
  },
  { name: 'plan-open', messages: () => [begun().beginStep().snapshot()], press: [/Find where the discount/] },
];
