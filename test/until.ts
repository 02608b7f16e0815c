import { setTimeout as delay } from 'node:timers/promises';

/**
 * Resolves once `what` holds, for what sends no event. It has no limit of its own: on a busy machine a second is soon
 * over, and the test's limit stands against hangs.
 */
export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await delay(10);
}
