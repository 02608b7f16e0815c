/** May this happen? The answer to a tool's plan, with reasons in plain words. */
import type { Access } from '../protocol/access.ts';
import type { Offer, Rule } from '../protocol/approvals.ts';
import type { Repository } from '../protocol/repository.ts';
import type { SandboxState } from '../protocol/sandbox.ts';
import { commandPolicy } from './commandPolicy.ts';
import type { BashParser } from './commands/bashParser.ts';
import { allow, ask, type Decision, deny, denyBy, type Now, plannedOnly } from './decision.ts';
import { createPathPolicy, type PathFacts, type PathPolicyOptions } from './paths/pathPolicy.ts';
import { judgeRead, judgeWrite } from './pathVerdicts.ts';
import { deniedPath } from './rules/deniedPath.ts';
import { ruleInWords } from './rules/words.ts';
import { throughSandbox } from './sandboxPolicy.ts';

export type { Decision, Now } from './decision.ts';

/** Judges everything a plan would touch, under the mode and the rules that hold right now. */
export interface Policy {
  decide(access: readonly Access[], now: Now): Promise<Decision>;
  /** The same for one path of which the facts are known. */
  decidePath(facts: PathFacts, operation: 'read' | 'write', now: Now): Promise<Decision>;
}

export interface PolicyOptions extends PathPolicyOptions {
  parser: BashParser;
  /** Names in a directory, directories with a trailing slash. Without it `grep -r` asks. */
  list?(path: string): Promise<string[]>;
  /** The git repository that holds a directory. Without it git always asks. */
  repository?(directory: string): Promise<Repository>;
  /** Files that the agent changed in this session: a command that does what they say says so when it asks. */
  editedByAgent?(): Iterable<string>;
  /** Command lines that the person allowed in their own settings, never in the workspace's. */
  allowedCommands?: readonly string[];
  /** Where commands find programs and libraries, as a PATH: where it leads into the workspace, no program is what its name says. */
  searchPath?: string;
  /** Whether commands run in a sandbox. Default: they do not, and nobody wanted it. */
  sandbox?(): Promise<SandboxState>;
}

export function createPolicy(options: PolicyOptions): Policy {
  const paths = createPathPolicy(options);
  const command = commandPolicy(options, paths);
  const sandbox = options.sandbox ?? (async () => ({ state: 'off' as const }));
  const forbidden = deniedPath(options);

  async function judgePath(facts: PathFacts, operation: 'read' | 'write', now: Now): Promise<Decision> {
    const decision = operation === 'read' ? judgeRead(facts, now) : judgeWrite(facts, now, options.platform);
    if (decision.verdict === 'deny') return decision;
    const held = await forbidden(facts, operation, now.rules);
    return held ? denyBy(held) : decision;
  }

  const judge = async (access: Access, now: Now): Promise<Decision> => {
    switch (access.kind) {
      case 'read':
      case 'write':
        return judgePath(await paths.facts(access.path), access.kind, now);
      case 'command':
        return throughSandbox(access, await command(access, now), await sandbox(), now);
      case 'network':
        return judgeNetwork(access, now);
    }
  };

  return {
    decidePath: judgePath,
    async decide(access, now) {
      const decisions: Decision[] = [];
      for (const one of access) decisions.push(await judge(one, now));
      const notice = decisions.find(one => one.notice)?.notice;
      return { ...together(decisions), ...(notice && { notice }) };
    },
  };
}

function judgeNetwork(access: Extract<Access, { kind: 'network' }>, { mode, rules, broken }: Now): Decision {
  const { url: text, method = 'GET' } = access;
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return deny('Only http and https addresses can be fetched.');
  if (url.username || url.password) return deny('The address holds a user name or a password.');
  const fetches = /^(?:GET|HEAD)$/i.test(method);
  if (mode === 'plan' && !fetches) return plannedOnly();
  const reason = access.through
    ? `The file makes programs that open it send a request to ${url.origin}.`
    : fetches
      ? `It sends a request to ${url.origin}.`
      : `It sends data to ${url.origin} (${method.toUpperCase()}).`;
  if (broken) return ask([broken, reason]);
  if (mode === 'all') return allow('mode');
  const { origin } = url;
  const granted = rules.find(({ rule }) => rule.kind === 'network' && rule.origin === origin);
  if (granted && fetches) return allow('rule', granted);
  const rule: Rule = { kind: 'network', origin };
  const label = ruleInWords(rule);
  const destinations = fetches ? (['session', 'workspace', 'user'] as const) : [];
  return ask(
    [reason],
    destinations.map(destination => ({ destination, rule, label })),
  );
}

/** The strictest verdict counts. A grant is offered only where it would answer every question asked. */
function together(decisions: readonly Decision[]): Decision {
  const strict = (['deny', 'ask'] as const).find(v => decisions.some(d => d.verdict === v));
  if (!strict) {
    const [counted] = (['mode', 'rule'] as const).flatMap(by => decisions.filter(d => d.by === by));
    return allow(counted?.by ?? 'policy', counted?.rule);
  }
  const counted = decisions.filter(d => d.verdict === strict);
  const reasons = counted.flatMap(d => d.reasons);
  if (strict === 'ask') return ask(reasons, commonOffers(counted));
  const { by, rule } = counted.find(d => d.by === 'rule') ?? counted[0]!;
  return { verdict: 'deny', by, reasons: [...new Set(reasons)], ...(rule ? { rule } : {}) };
}

function commonOffers([first, ...others]: readonly Decision[]): Offer[] {
  const has = (decision: Decision, offer: Offer) =>
    decision.offers?.some(other => JSON.stringify(other) === JSON.stringify(offer));
  return (first?.offers ?? []).filter(offer => others.every(decision => has(decision, offer)));
}
