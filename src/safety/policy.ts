/** May this happen? The answer to a tool's plan, with reasons in plain words. */
import type { Access, ApprovalMode, Rule } from '../protocol/access.ts';
import { commandPolicy } from './commandPolicy.ts';
import type { BashParser } from './commands/bashParser.ts';
import { createPathPolicy, type PathPolicyOptions } from './paths/pathPolicy.ts';
import { judgeRead, judgeWrite } from './pathVerdicts.ts';

export interface Decision {
  verdict: 'allow' | 'ask' | 'deny';
  /** Who decided, when it is not asked. */
  by: 'policy' | 'mode' | 'rule';
  /** Why it asks or denies; at least one then. */
  reasons: string[];
  /** What "allow for this session" would grant; the label completes "Allow ... for this session". */
  offer?: { rule: Rule; label: string };
}

/** What holds right now. */
export interface Now {
  mode: ApprovalMode;
  rules: readonly Rule[];
}

/** Judges everything a plan would touch, under the mode and the rules that hold right now. */
export interface Policy {
  decide(access: readonly Access[], now: Now): Promise<Decision>;
}

export interface PolicyOptions extends PathPolicyOptions {
  parser: BashParser;
  /** Names in a directory, directories with a trailing slash. Without it `grep -r` asks. */
  list?(path: string): Promise<string[]>;
  /** Files that the agent changed in this session: a command that does what they say asks again. */
  editedByAgent?(): Iterable<string>;
  /** Command lines that the person allowed in their own settings, never in the workspace's. */
  allowedCommands?: readonly string[];
  /** The PATH that commands run with: where it leads into the workspace, no program is what its name says. */
  searchPath?: string;
}

export function createPolicy(options: PolicyOptions): Policy {
  const paths = createPathPolicy(options);
  const command = commandPolicy(options, paths);

  const judge = async (access: Access, now: Now): Promise<Decision> => {
    switch (access.kind) {
      case 'read':
        return judgeRead(await paths.facts(access.path), now);
      case 'write':
        return judgeWrite(await paths.facts(access.path), now);
      case 'command':
        return command(access, now);
      case 'network':
        return judgeNetwork(access.url, now);
    }
  };

  return {
    async decide(access, now) {
      const decisions: Decision[] = [];
      for (const one of access) decisions.push(await judge(one, now));
      return together(decisions);
    },
  };
}

function judgeNetwork(text: string, { mode }: Now): Decision {
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return { verdict: 'deny', by: 'policy', reasons: ['Only http and https addresses can be fetched.'] };
  if (url.username || url.password)
    return { verdict: 'deny', by: 'policy', reasons: ['The address holds a user name or a password.'] };
  if (mode === 'all') return { verdict: 'allow', by: 'mode', reasons: [] };
  return { verdict: 'ask', by: 'policy', reasons: [`It sends a request to ${url.origin}.`] };
}

/** The strictest verdict counts. A grant is offered only where it would answer every question asked. */
function together(decisions: readonly Decision[]): Decision {
  const strict = (['deny', 'ask'] as const).find(v => decisions.some(d => d.verdict === v));
  if (!strict) {
    const by = (['mode', 'rule'] as const).find(b => decisions.some(d => d.by === b)) ?? 'policy';
    return { verdict: 'allow', by, reasons: [] };
  }
  const counted = decisions.filter(d => d.verdict === strict);
  const offers = new Map(counted.map(d => [JSON.stringify(d.offer?.rule), d.offer]));
  const [offer] = offers.size === 1 ? offers.values() : [];
  return {
    verdict: strict,
    by: 'policy',
    reasons: [...new Set(counted.flatMap(d => d.reasons))],
    ...(offer && strict === 'ask' ? { offer } : {}),
  };
}
