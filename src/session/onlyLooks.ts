/** Which commands can change nothing: the same reading by which they run unasked, without anything a person granted. */
import { createPolicy, type PolicyOptions } from '../safety/policy.ts';

/** False for whatever is not understood. */
export function onlyLooks(
  options: PolicyOptions,
): (command: { command: string; cwd: string }) => Promise<boolean> {
  const policy = createPolicy({ ...options, allowedCommands: [] });
  return async ({ command, cwd }) => {
    const decision = await policy.decide([{ kind: 'command', command, cwd }], { mode: 'ask', rules: [] });
    return decision.verdict === 'allow';
  };
}
