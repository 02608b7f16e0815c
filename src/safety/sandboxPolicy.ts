/**
 * What the sandbox adds to a verdict about a command. Leaving it is a question of its own that no mode and no rule
 * answers; without one nothing runs unasked.
 */
import type { Access } from '../protocol/access.ts';
import type { Rule } from '../protocol/approvals.ts';
import type { SandboxState } from '../protocol/sandbox.ts';
import { allow, ask, type Decision, deny, type Now } from './decision.ts';
import { quoted, ruleInWords } from './rules/words.ts';

type CommandAccess = Extract<Access, { kind: 'command' }>;

/** `judged`: the verdict about the command line itself. */
export function throughSandbox(
  access: CommandAccess,
  judged: Decision,
  sandbox: SandboxState,
  { mode, rules, broken }: Now,
): Decision {
  if (judged.verdict === 'deny' || sandbox.state === 'off') return judged;
  if (sandbox.state === 'unavailable') return withoutSandbox(access, judged, sandbox, mode);
  if (access.outside)
    return asked('It would run outside the sandbox, with all that your account can do.', access, judged);
  if (!access.network || sandbox.network) return judged;

  const { command, cwd } = access;
  const grantable = judged.verdict === 'allow' || judged.offers !== undefined;
  const held = rules.find(
    ({ rule, changed }) =>
      rule.kind === 'command' &&
      rule.network &&
      rule.command === command &&
      rule.cwd === cwd &&
      changed === undefined,
  );
  if (held && grantable && !broken) return allow('rule', held);
  const rule: Rule = { kind: 'command', command, cwd, network: true };
  const question = asked('It would reach the network: it can send what it reads.', access, judged);
  return grantable
    ? { ...question, offers: [{ destination: 'session', rule, label: ruleInWords(rule) }] }
    : question;
}

function withoutSandbox(
  access: CommandAccess,
  judged: Decision,
  { why, required, tolerated }: Extract<SandboxState, { state: 'unavailable' }>,
  mode: Now['mode'],
): Decision {
  const tell = (text: string, remedy = '') => ({
    notice: { code: 'sandbox.unavailable', text: `${text} ${why}${remedy}` },
  });
  if (required && !access.outside) {
    const said = 'Commands must run in the sandbox, and it cannot start.';
    return { ...deny(`${said} ${why}`), ...tell(`${said} So none runs.`) };
  }
  if (tolerated && mode === 'all')
    return { ...judged, ...tell('Commands run without the sandbox, which cannot start.') };
  return {
    ...asked(`It would run without the sandbox, which cannot start. ${why}`, access, judged),
    ...tell(
      'The sandbox for commands cannot start, so every command asks.',
      ' To do without it, set ascent.sandbox to "off" (on the command line: --sandbox off).',
    ),
  };
}

/** Nothing is offered for longer than once. */
function asked(reason: string, { why }: CommandAccess, judged: Decision): Decision {
  const said = why ? [`The agent says why: ${quoted(why, LONGEST_WHY)}`] : [];
  return ask([reason, ...said, ...judged.reasons]);
}
const LONGEST_WHY = 400;
