/**
 * Generates lines, judges them with the real policy over a real disk, runs each one that is allowed, and compares:
 * only decoded programs started, with exactly the decoded words; nothing written; no secret printed; no network.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNodeHost } from '../../../src/host/nodeHost.ts';
import { findRipgrep } from '../../../src/host/ripgrepBinary.ts';
import { decode } from '../../../src/safety/commands/decode.ts';
import type { SimpleCommand } from '../../../src/safety/commands/lex.ts';
import { knownPrograms } from '../../../src/safety/commands/programs.ts';
import { createPolicy } from '../../../src/safety/policy.ts';
import { parser } from '../world.ts';
import { line } from './grammar.ts';
import { type Ground, MARK, prepareGround, stateOf } from './ground.ts';
import { mutated } from './mutations.ts';
import { numbers } from './random.ts';
import { isInstalled, runTraced, type Started, searchPath } from './traced.ts';

/** What bash does itself. */
const BUILTINS = new Set(['cd', 'echo', 'pwd', 'true', 'false', 'command', 'printf', 'test', 'type']);
const AT_ONCE = 500;

export interface Outcome {
  judged: number;
  run: number;
  /** Programs that were started. */
  started: number;
  /** What was not as it was judged, with the line; none is the goal. */
  differences: string[];
}

/** `only`: lines that hold this text. */
export async function findDifferences(cases: number, seed: number, only = ''): Promise<Outcome> {
  const base = realpathSync(mkdtempSync(path.join(tmpdir(), 'ascent-traced-')));
  try {
    const ground = await prepareGround(base, ripgrep());
    const random = numbers(seed);
    const judge = judgeOn(ground);
    const outcome: Outcome = { judged: 0, run: 0, started: 0, differences: [] };
    while (outcome.run < cases) {
      const lines: string[] = [];
      while (lines.length < Math.min(AT_ONCE, cases - outcome.run)) {
        if (++outcome.judged > cases * (only ? 600 : 60))
          throw new Error('Hardly anything that is generated is allowed.');
        const command = random(3) ? mutated(random, ground.paths) : line(random);
        // It would only wait.
        if (!command.includes(only) || /sleep/.test(command) || !(await judge(command))) continue;
        lines.push(command);
      }
      await compare(lines, ground, outcome);
    }
    return outcome;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

function ripgrep(): string | undefined {
  try {
    return findRipgrep(undefined, process.env.PATH ?? '', []);
  } catch {
    return undefined;
  }
}

function judgeOn(ground: Ground): (command: string) => Promise<boolean> {
  const host = createNodeHost({ roots: [ground.workspace] });
  const policy = createPolicy({
    roots: host.roots,
    platform: host.platform,
    home: ground.home,
    parser,
    searchPath: searchPath(ground),
    resolve: host.resolve,
    stat: host.stat,
    list: host.list,
    repository: host.repository,
  });
  return async command => {
    const access = { kind: 'command' as const, command, cwd: ground.workspace };
    return (await policy.decide([access], { mode: 'ask', rules: [] })).verdict === 'allow';
  };
}

async function compare(lines: readonly string[], ground: Ground, outcome: Outcome): Promise<void> {
  const before = stateOf(ground.base);
  const { started, output, network } = runTraced(lines, ground);
  const say = (what: string) => outcome.differences.push(what);
  for (const [i, command] of lines.entries()) {
    const decoded = await decode(command, parser);
    if ('refused' in decoded) throw new Error(decoded.refused);
    outcome.run++;
    outcome.started += started[i]!.length;
    for (const wrong of differ(decoded.commands, started[i]!, ground))
      say(`${JSON.stringify(command)}: ${wrong}`);
  }
  if (output.includes(MARK)) say(`a secret was printed by one of ${JSON.stringify(lines)}`);
  if (stateOf(ground.base) !== before) say(`something was written by one of ${JSON.stringify(lines)}`);
  for (const call of network) say(`the network was used: ${call}`);
}

function differ(commands: readonly SimpleCommand[], started: readonly Started[], ground: Ground): string[] {
  const wrong: string[] = [];
  const left = commands.map(c => JSON.stringify(c.words.map(w => w.text)));
  for (const { file, argv } of started) {
    const name = argv[0] ?? '';
    if (!knownPrograms.has(name)) wrong.push(`started ${name}, which is not listed`);
    if (path.basename(file) !== name || file.startsWith(`${ground.workspace}/`))
      wrong.push(`started ${file} as ${name}`);
    const at = left.indexOf(JSON.stringify(argv));
    if (at < 0) wrong.push(`started ${JSON.stringify(argv)}, decoded were ${left.join(' ')}`);
    else left.splice(at, 1);
  }
  // The first command always runs: were nothing seen at all, nothing would be compared.
  const [first] = commands;
  const name = first!.words[0]!.text;
  const isPlain = first!.redirects.every(r => r.operator !== '<');
  if (isPlain && !BUILTINS.has(name) && isInstalled(name, ground) && started.length === 0)
    wrong.push(`${name} was not started`);
  return wrong;
}
