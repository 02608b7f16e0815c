/** `ascent rules`: the rules for approvals that are kept, to be seen, added and removed. */
import path from 'node:path';
import { createNodeHost } from '../host/nodeHost.ts';
import { type HeldRule, isDeny } from '../protocol/approvals.ts';
import { ruleInWords } from '../safety/rules/words.ts';
import { allowedCommand, deniedCommand, deniedPath, type Made } from '../session/rules/madeByHand.ts';
import { createRuleStore, type StoredRules } from '../session/rules/ruleStore.ts';
import { DENIALS, workspaceDenials } from '../session/rules/workspaceDenials.ts';
import { defaultStateDir } from '../session/stateDir.ts';
import { parse, UsageError } from './args.ts';
import { EXIT, type Io } from './run.ts';

const HELP = `  ascent rules [--json]                         list the rules that are kept
  ascent rules allow [--everywhere] "npm test"  exactly these words run unasked, in this folder and below
  ascent rules deny [--everywhere] "git push"   no command that begins so, in any mode
  ascent rules deny [--everywhere] --path GLOB [--write-only]
                                                no reading or writing of these paths
  ascent rules remove ID

  --everywhere   in all workspaces instead of this one (--cwd DIR, default: the current folder)
  ${DENIALS} in a folder forbids too: { "commands": ["git push"], "paths": ["keys/**"], "writes": ["dist/**"] }
Rules that deny win over those that allow, and over every mode. Changing rules needs a terminal: the agent has none.
`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const flags = {
  'state-dir': text,
  cwd: text,
  path: text,
  json: flag,
  everywhere: flag,
  'write-only': flag,
  help: flag,
} as const;

export async function rules(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parse(args, flags, Infinity);
  if (values.help) {
    io.stdout.write(HELP);
    return EXIT.done;
  }
  const [what, ...rest] = positionals;
  const store = createRuleStore(
    path.resolve(io.cwd, values['state-dir'] ?? defaultStateDir(io.env)),
    Date.now,
  );
  const here = createNodeHost({ roots: [path.resolve(io.cwd, values.cwd ?? '.')] });
  if (what === undefined) return list(store, await workspaceDenials(here)(), !!values.json, io);
  if (what !== 'allow' && what !== 'deny' && what !== 'remove')
    throw new UsageError(`There is no "ascent rules ${what}". ascent rules --help tells what there is.`);
  if (!io.stdin.isTTY)
    throw new UsageError(
      'Rules are changed by a person: run this in a terminal, or use Ascent: Approval Rules.',
    );

  const words = rest.join(' ');
  if (what === 'remove') {
    if (!(await store.remove(words)))
      throw new UsageError(`There is no rule "${words}". ascent rules lists them.`);
    io.stderr.write('Removed. It holds no more from the next decision on.\n');
    return EXIT.done;
  }
  const root = await createNodeHost({ roots: [] }).resolve(path.resolve(io.cwd, values.cwd ?? '.'));
  const within = values.everywhere ? undefined : root;
  if (values.path !== undefined && words) throw new UsageError('Give a command or --path, not both.');
  if (values.path !== undefined && what === 'allow')
    throw new UsageError('Paths can be denied, not allowed.');
  const made: Made =
    values.path !== undefined
      ? deniedPath(values.path, values['write-only'] ? 'write' : undefined)
      : what === 'allow'
        ? allowedCommand(words, within)
        : deniedCommand(words);
  if ('problem' in made) throw new UsageError(made.problem);
  const kept = await store.add(
    made.rule,
    within === undefined ? { destination: 'user' } : { destination: 'workspace', root: within },
  );
  io.stderr.write(`${line(kept)}\n`);
  return EXIT.done;
}

async function list(
  store: ReturnType<typeof createRuleStore>,
  own: StoredRules,
  json: boolean,
  io: Io,
): Promise<number> {
  const stored = await store.list();
  const kept = [...stored.rules, ...own.rules];
  const broken = stored.broken ?? own.broken;
  for (const held of kept) io.stdout.write(`${json ? JSON.stringify(held) : line(held)}\n`);
  if (broken) io.stderr.write(`${broken}\n`);
  else if (kept.length === 0)
    io.stderr.write('No rules are kept. Approvals offer them; ascent rules --help adds them.\n');
  return broken ? EXIT.failed : EXIT.done;
}

function line({ id, rule, destination, root, since, changed }: HeldRule): string {
  const where = destination === 'user' ? 'all workspaces' : (root ?? 'this workspace');
  const day = new Date(since).toISOString().slice(0, 10);
  const state = changed === undefined ? '' : ` · asks again: the agent changed ${changed}`;
  return `${id}  ${isDeny(rule) ? 'never' : 'allow'}  ${ruleInWords(rule)} · ${where} · since ${day}${state}`;
}
