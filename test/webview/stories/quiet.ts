/** States in which nothing runs. */
import { edit, failingTest, list, passingTest, plan, read, run, search } from './calls.ts';
import { around, script, standIn } from './script.ts';
import type { Story } from './stories.ts';
import { answer, arabic, chinese, thinking } from './texts.ts';

export function wholeRun() {
  return script({ startedAgo: 120_000 })
    .say('Make the failing test pass', [{ label: 'test/cart.test.ts:12-30', text: 'test("total", ...)' }])
    .step({ reasoning: thinking, calls: [plan(0)], thinkingMs: 12_400 })
    .step({ reasoning: 'Run the tests first.', calls: [run('npm test', failingTest, 1)], thinkingMs: 900 })
    .step({
      reasoning: thinking,
      text: 'One test fails. I look for where the discount is computed.',
      calls: [search('discount'), read('src/cart/total.ts'), read('src/cart/cart.ts', 1, 200, 410)],
    })
    .step({ reasoning: 'The callers as well.', calls: [read('src/shop.ts'), list('src/')] })
    .step({ reasoning: thinking, calls: [edit('src/cart/total.ts')] })
    .step({ calls: [run('npm test', passingTest)] })
    .step({ text: answer })
    .end();
}

export const quiet: Story[] = [
  { name: 'empty', messages: () => [around] },
  {
    name: 'empty-stand-in',
    messages: () => [{ ...around, backend: { label: 'Stand-in', standIn: true } }],
  },
  {
    name: 'blocked',
    messages: () => [
      {
        ...around,
        blocked: {
          text: 'This folder is in Restricted Mode. Ascent runs commands and edits files, so it starts once you trust the folder.',
          command: { label: 'Manage Trust', command: 'trust' },
        },
      },
    ],
  },
  { name: 'done', messages: () => [wholeRun().snapshot()] },
  {
    name: 'done-opened',
    messages: () => [wholeRun().snapshot()],
    press: [/^Thought for 12 s/, /^Ran npm test.*exit 1/, /^Read 3 files/, /^Searched/, /^Edited/],
  },
  {
    name: 'stand-in',
    messages: () => [
      script({ backend: standIn })
        .say('Make the failing test pass')
        .step({ reasoning: thinking, calls: [run('npm test', passingTest)] })
        .step({ text: 'The test passes.' })
        .end()
        .snapshot(),
    ],
  },
  {
    name: 'sessions',
    messages: () => [
      wholeRun().snapshot(),
      {
        type: 'sessions',
        sessions: [
          { id: 'story', title: 'Make the failing test pass', updatedAt: Date.now(), running: true },
          {
            id: 'b',
            title: 'Explain how the cart works and where its totals come from, in detail',
            updatedAt: Date.now() - 3_000_000,
            running: false,
          },
          { id: 'c', title: '把折扣逻辑拆成单独的模块', updatedAt: Date.now() - 90_000_000, running: false },
          {
            id: 'd',
            title: 'Say why the nightly build is slow',
            updatedAt: Date.now() - 9_000_000,
            running: false,
            folder: 'a-folder-with-a-long-name',
          },
        ],
      },
    ],
    press: ['Sessions'],
  },
  { name: 'mode-menu', messages: () => [wholeRun().snapshot()], press: [/^Approval mode/] },
  {
    name: 'mentions',
    messages: () => [
      wholeRun().snapshot(),
      {
        type: 'files',
        request: 5,
        paths: ['src/cart/total.ts', 'src/cart/cart.ts', `src/${'deep/'.repeat(12)}cart.ts`],
      },
    ],
    type: 'See @cart',
  },
  {
    name: 'chinese',
    messages: () => [
      script({ title: '修复失败的测试' })
        .say('让失败的测试通过，并说明原因')
        .step({
          reasoning: '先运行测试，看看哪里出了问题。',
          calls: [run('npm test', passingTest), edit('src/购物车/总价.ts')],
        })
        .step({ text: chinese })
        .end()
        .snapshot(),
    ],
  },
  {
    name: 'right-to-left',
    messages: () => [
      script({ title: 'إصلاح الاختبار' })
        .say('أصلح الاختبار الفاشل واشرح السبب')
        .step({ reasoning: 'أشغّل الاختبارات أولاً.', calls: [run('npm test', passingTest)] })
        .step({ text: arabic })
        .end()
        .snapshot(),
    ],
  },
];
