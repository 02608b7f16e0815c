import type { Limits } from '../../src/session/sessions.ts';

/** No limit of cost, and so many steps a turn. */
export const stepLimit = (maxSteps = 300): Limits => ({
  maxSteps,
  maxCost: undefined,
  maxCostPerTurn: undefined,
  maxCostPerDay: undefined,
});
