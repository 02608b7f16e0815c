/** What the empty chat offers: three small tasks that make sense in this workspace. */
import type { Host } from '../../host/host.ts';
import type { Example } from '../../protocol/view.ts';
import { EXPLAIN_WORKSPACE, FIX_FAILING_TESTS, REVIEW_CHANGES } from '../prompts/tasks.ts';

/** Files whose presence says that a test command is known or easy to find. */
const TESTED = [
  'package.json',
  'pyproject.toml',
  'Cargo.toml',
  'go.mod',
  'pom.xml',
  'build.gradle',
  'Makefile',
];

export async function examplesFor(host: Host): Promise<Example[]> {
  const root = host.roots[0];
  if (!root) return [];
  const names = new Set(await host.list(root).catch(() => []));
  const tested = TESTED.some(name => names.has(name));
  const examples: Example[] = [{ label: 'Explain this workspace', prompt: EXPLAIN_WORKSPACE }];
  if (tested) examples.unshift({ label: 'Make the failing tests pass', prompt: FIX_FAILING_TESTS });
  if (names.has('.git/') || names.has('.git'))
    examples.push({ label: 'Review my changes', prompt: REVIEW_CHANGES });
  const others: Example[] = [
    { label: 'Find the riskiest code', prompt: 'Find the riskiest code in this workspace and say why.' },
    { label: 'Write a README', prompt: 'Write a short README for this workspace from what the code does.' },
  ];
  return [...examples, ...others].slice(0, 3);
}
