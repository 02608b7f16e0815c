/** The editor's problems, in words, and which of them an edit brought. */
import type { Host } from '../host/host.ts';
import type { Problem } from '../protocol/display.ts';
import { oneLine, plural } from './words.ts';

export const MOST_PROBLEMS = 50;

/** Lines move with an edit, so a problem is known by what it says. */
const key = (problem: Problem) => `${problem.severity}\n${problem.source ?? ''}\n${problem.message}`;

export function newProblems(before: readonly Problem[], after: readonly Problem[]): Problem[] {
  const known = new Map<string, number>();
  for (const problem of before) known.set(key(problem), (known.get(key(problem)) ?? 0) + 1);
  return after.filter(problem => {
    const left = known.get(key(problem)) ?? 0;
    known.set(key(problem), left - 1);
    return left <= 0 && isSerious(problem);
  });
}

export const isSerious = (problem: Problem) => problem.severity === 'error' || problem.severity === 'warning';

export async function problemsOf(host: Host, path: string): Promise<Problem[]> {
  return (await host.problems([path])) ?? [];
}

export function describeProblems(problems: readonly Problem[], show: (path: string) => string): string {
  const lines = problems.slice(0, MOST_PROBLEMS).map(({ path, line, severity, message, source }) => {
    const from = source ? ` (${source})` : '';
    return `${show(path)}:${line}: ${severity}: ${oneLine(message)}${from}`;
  });
  const more = problems.length - lines.length;
  return [...lines, ...(more > 0 ? [`[${plural(more, 'more problem')} not shown]`] : [])].join('\n');
}
