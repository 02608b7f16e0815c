import { describe, expect, it } from 'vitest';
import type { Recollection } from '../../src/tools/recall.ts';
import { workbench } from './workbench.ts';

const memory: Recollection[] = [
  {
    entry: 2,
    turn: 1,
    step: 0,
    what: 'Person',
    text: 'Make the failing test pass, and never touch the LEGACY folder.',
  },
  { entry: 5, turn: 1, step: 1, what: 'You thought', text: 'I look for the discount.' },
  {
    entry: 5,
    turn: 1,
    step: 1,
    what: 'You called read_file',
    tool: 'read_file',
    text: '{"path":"src/a.ts"}',
  },
  {
    entry: 7,
    turn: 1,
    step: 1,
    what: 'read_file {"path":"src/a.ts"} gave',
    tool: 'read_file',
    text: `${'line of code\n'.repeat(3000)}const needle = "(a+)+$";\n`,
  },
  {
    entry: 12,
    turn: 2,
    step: 3,
    what: 'run_command {"command":"npm test"} failed',
    tool: 'run_command',
    text: 'AssertionError: expected 90, discount was 0.1',
  },
  {
    entry: 13,
    turn: 2,
    step: 4,
    what: 'recall {"query":"discount"} gave',
    tool: 'recall',
    text: 'discount discount',
  },
];
const say = (input: unknown) => workbench({}, { memory }).say('recall', input);

describe('recall', () => {
  it('finds entries that hold all words, the newest first, with excerpts and their places', async () => {
    const found = await say({ query: 'Discount' });
    expect(found.split('\n').filter(line => line.startsWith('entry'))).toEqual([
      'entry 12 · turn 2, step 3 · run_command {"command":"npm test"} failed · 45 characters',
      'entry 5 · turn 1, step 1 · You thought · 24 characters',
    ]);
    expect(found).toContain('expected 90, discount was 0.1');
    expect(await say({ query: 'discount 90' })).not.toContain('entry 5');
    expect(await say({ query: '"never touch" legacy' })).toContain('entry 2 · turn 1 · Person');
    expect(await say({ query: '"touch never"' })).toMatch(/Nothing in this session/);
  });

  it('finds a call by what it was given, and shows a small part of a large output', async () => {
    expect(await say({ query: 'src/a.ts' })).toMatch(/entry 7 .*\n[\s\S]*entry 5 /);
    const found = await say({ query: 'needle' });
    expect(found).toContain('const needle');
    expect(found.length).toBeLessThan(600);
  });

  it('takes words as they stand: no pattern of the model runs', async () => {
    expect(await say({ query: '(a+)+$' })).toContain('entry 7');
    expect(await say({ query: `${'a'.repeat(5000)}!` })).toMatch(/Nothing in this session/);
    const long = [{ entry: 1, turn: 1, step: 1, what: 'x', text: 'a'.repeat(2_000_000) }];
    expect(await workbench({}, { memory: long }).say('recall', { query: '(a|a)*b' })).toMatch(/Nothing/);
  });

  it('narrows by turn, step and tool, and says what it left out', async () => {
    expect(await say({ turn: 2 })).toMatch(/^entry 12/);
    expect(await say({ step: 1, tool: 'read_file' })).toMatch(/^entry 7[\s\S]*entry 5/);
    expect(await say({ max: 1 })).toContain('4 older entries more; narrow the search, or raise max');
  });

  it('shows one entry whole, in pages', async () => {
    const first = await say({ entry: 7 });
    expect(first).toMatch(/^entry 7 [\s\S]*line of code[\s\S]*\[page 1 of 3\]$/);
    const last = await say({ entry: 7, page: 3 });
    expect(last).toContain('const needle');
    const all = (await Promise.all([1, 2, 3].map(page => say({ entry: 7, page })))).map(text =>
      text.replace(/\n\[page \d of 3\]$/, ''),
    );
    expect(all.join('')).toContain(memory[3]!.text);
    await expect(say({ entry: 7, page: 4 })).rejects.toThrow('has 3 pages');
    await expect(say({ entry: 99 })).rejects.toThrow('There is no entry 99');
    expect(await say({ entry: 5 })).toMatch(/You thought[\s\S]*You called read_file/);
  });

  it('changes nothing and asks nobody', async () => {
    const bench = workbench({}, { memory });
    const plan = await bench.plan('recall', { query: 'x' });
    expect(plan).toMatchObject({ access: [], effects: [], title: { ask: 'Recall', object: 'x' } });
    expect(bench.tools.find(tool => tool.name === 'recall')?.readOnly).toBe(true);
  });
});
