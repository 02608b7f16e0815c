/**
 * What plan mode rests on, beneath every tool and every decision: nothing is written, and no command is started that the
 * policy has not found to only look. A tool that forgets to say what it touches cannot get past this.
 */
import { type CommandSpec, type Host, HostError } from '../../host/host.ts';
import type { Access } from '../../protocol/access.ts';
import type { ApprovalMode } from '../../protocol/approvals.ts';
import { type Decision, PLAN_MODE } from '../../safety/decision.ts';

export type PlanVeto = ReturnType<typeof createPlanVeto>;

export function createPlanVeto(host: Host, mode: () => ApprovalMode) {
  /** Command lines that the policy has not refused while planning: they only look, be it where a person has to agree. */
  const looking = new Set<string>();
  const veto = (): HostError => new HostError('failed', PLAN_MODE);

  const guarded: Host = Object.create(host, {
    write: {
      value: async (...args: Parameters<Host['write']>) => {
        if (mode() === 'plan') throw veto();
        return host.write(...args);
      },
    },
    run: {
      value: async (spec: CommandSpec, ...rest: [never, never]) => {
        if (mode() === 'plan' && !looking.has(spec.command)) throw veto();
        return host.run(spec, ...rest);
      },
    },
  });

  return {
    host: guarded,
    /** To be told of every decision: what only looks may start. */
    note(access: readonly Access[], { verdict }: Decision): void {
      if (mode() !== 'plan' || verdict === 'deny') return;
      for (const one of access) if (one.kind === 'command') looking.add(one.command);
    },
  };
}
