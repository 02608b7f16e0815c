/** All scenarios, in the order in which they are asked whether they know what to do. */
import type { Scenario } from '../script.ts';
import { addTests } from './addTests.ts';
import { backendCheck } from './backendCheck.ts';
import { explain } from './explain.ts';
import { fixFailingTest } from './fixFailingTest.ts';
import { fixProblem } from './fixProblem.ts';
import { longRun } from './longRun.ts';
import { planFirst } from './planFirst.ts';
import { reviewChanges } from './reviewChanges.ts';
import { summary } from './summary.ts';
import { unknown } from './unknown.ts';

/** What people can ask for. */
const offered: readonly Scenario[] = [
  planFirst,
  longRun,
  addTests,
  fixFailingTest,
  reviewChanges,
  fixProblem,
  explain,
];

const knowing: readonly Scenario[] = [backendCheck, summary, ...offered];

export const scenarios: readonly Scenario[] = [...knowing, unknown(() => offered)];

/** Does any scenario but the last resort take this as its task? */
export const isKnown = (text: string): boolean => knowing.some(scenario => scenario.matches(text));

export function scenarioFor(text: string): Scenario {
  return scenarios.find(scenario => scenario.matches(text))!;
}

/** By name; throws on an unknown one, with the names there are. */
export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find(scenario => scenario.name === name);
  if (!found)
    throw new Error(
      `There is no scenario "${name}". Scenarios: ${scenarios.map(scenario => scenario.name).join(', ')}.`,
    );
  return found;
}
