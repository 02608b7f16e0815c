/** Messages that wait in the queue, and room that was made in the context. */
import { failingTest, plan, read, run, search } from './calls.ts';
import { script } from './script.ts';
import type { Story } from './stories.ts';
import { answer, thinking } from './texts.ts';

const begun = () =>
  script({ startedAgo: 43_000 })
    .say('Make the failing test pass')
    .step({ reasoning: thinking, calls: [plan(1)], thinkingMs: 12_400 })
    .step({ reasoning: 'Look first.', calls: [read('src/cart/total.ts'), search('discount')] });
const usage = { promptTokens: 160_000, cachedTokens: 158_000, completionTokens: 900 };
const summary =
  '- The discount is applied after rounding in src/cart/total.ts (line 41); the test expects it before.\n' +
  '- Tried: rounding at the end. It broke test/invoice.test.js, so it was taken back.\n' +
  '- Next: apply the discount to the net sum, then run npm test.';

function queued(s: ReturnType<typeof script>) {
  s.emit({ type: 'queue.added', id: 'q1', text: 'Then write a line for the changelog', context: [] });
  s.emit({
    type: 'queue.added',
    id: 'q2',
    text: 'And check that the invoices still add up:\nthe ones of last year, too, because they were rounded in another way',
    context: [{ label: 'src/invoice.js', text: 'export' }],
  });
  return s;
}
function roomMade(s: ReturnType<typeof script>) {
  s.emit({ type: 'context.trimmed', results: 41, tokens: 80_400 });
  s.step({ reasoning: 'On with it.', calls: [read('src/cart/total.ts')] });
  s.emit({
    type: 'context.summarised',
    turn: 't',
    step: 3,
    keepFrom: 0,
    summary,
    quoted: 1_000,
    messages: 212,
    tokens: 131_000,
    usage,
    cost: { amount: 0.031, currency: 'USD' },
  });
  return s;
}

export const waiting: Story[] = [
  {
    name: 'queue-running',
    messages: () => [
      queued(begun())
        .beginStep()
        .snapshot([{ type: 'reasoning.delta', text: thinking }]),
    ],
  },
  {
    name: 'queue-editing',
    press: ['Edit the queued message'],
    messages: () => [queued(begun()).beginStep().snapshot()],
  },
  {
    name: 'queue-ways',
    press: ['Ways to send'],
    messages: () => [begun().beginStep().snapshot()],
  },
  { name: 'queue-stopped', messages: () => [queued(begun()).end('stopped').snapshot()] },
  {
    name: 'room',
    press: [/^Summarised 212/],
    messages: () => [
      roomMade(begun())
        .step({ reasoning: 'Run it.', calls: [run('npm test', failingTest)] })
        .step({ text: answer })
        .end('done')
        .snapshot(),
    ],
  },
  {
    name: 'room-taken-back',
    messages: () => {
      const s = roomMade(begun());
      const of = s.events.findLast(e => e.type === 'context.summarised')!.seq;
      s.emit({ type: 'context.restored', of, tokens: 131_000 });
      return [s.step({ text: answer }).end('done').snapshot()];
    },
  },
  {
    name: 'room-being-made',
    messages: () => [begun().snapshot([{ type: 'context.summarising' }])],
  },
  {
    name: 'stuck',
    messages: () => [
      begun()
        .end('stuck', {
          kind: 'loop',
          message:
            'The model went in circles: 6 times over, read_file src/cart/total.ts, then run_command npm test, each time with the same outcomes.',
          hint: 'The turn is paused. Tell it what to do differently, or let it go on.',
          action: 'retry',
        })
        .snapshot(),
    ],
  },
];
