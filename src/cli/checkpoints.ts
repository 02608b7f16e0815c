/** `ascent checkpoints` and `ascent restore`. */
import path from 'node:path';
import { readCheckpoints, withClosedSession } from '../session/checkpoints/closedSession.ts';
import { BUDGET, checkpointBytes } from '../session/checkpoints/collect.ts';
import { hunkText } from '../session/checkpoints/hunks.ts';
import type { RestorePreview, Target } from '../session/checkpoints/restore.ts';
import { type StepRow, stepRows } from '../session/checkpoints/steps.ts';
import { defaultStateDir } from '../session/stateDir.ts';
import { parse, UsageError } from './args.ts';
import { EXIT, type Io } from './run.ts';
import { safe } from './safe.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

export async function listCheckpoints(args: string[], { env, stdout, stderr }: Io): Promise<number> {
  const { values, positionals } = parse(args, { 'state-dir': text, json: flag }, 1);
  const [id] = positionals;
  if (!id) throw new UsageError('Which session? ascent checkpoints ID');
  const stateDir = path.resolve(values['state-dir'] ?? defaultStateDir(env));
  const rows = await stepRows(await readCheckpoints(stateDir, id), stateDir);
  if (values.json) {
    for (const row of rows) stdout.write(`${JSON.stringify(row)}\n`);
    return EXIT.done;
  }
  if (!rows.length) stderr.write('No step of this session changed anything.\n');
  for (const row of rows) stdout.write(`${line(safe(row))}\n`);
  const bytes = await checkpointBytes(stateDir);
  stderr.write(
    `All sessions' checkpoints take ${megabytes(bytes)} of ${megabytes(BUDGET)}; the oldest sessions' go first.\n` +
      'Not kept: what .gitignore names, folders of packages and caches, files over 10 MB; except what the agent edits.\n',
  );
  return EXIT.done;
}

function line({ step, at, did, files, partly }: StepRow): string {
  const when = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  const count = `${files.length} ${files.length === 1 ? 'file' : 'files'}`;
  const what = [...new Set(did)].join(', ').replace(/\s+/g, ' ');
  const short = what.length > 100 ? `${what.slice(0, 99)}…` : what;
  return `${String(step ?? '').padStart(4)}  ${when}  ${count} +${added} -${removed}  ${short}${partly ? '  (edits only)' : ''}`;
}
const megabytes = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(1)} MB`;

const restoreFlags = {
  'state-dir': text,
  step: text,
  undo: flag,
  file: { ...text, multiple: true },
  hunk: text,
  'dry-run': flag,
} as const;

export async function restore(args: string[], { env, cwd, stdout, stderr }: Io): Promise<number> {
  const { values, positionals } = parse(args, restoreFlags, 1);
  const [id] = positionals;
  if (!id) throw new UsageError('Which session? ascent restore ID --step N');
  const target = targetOf(values, cwd);
  const dry = values['dry-run'];
  const stateDir = path.resolve(values['state-dir'] ?? defaultStateDir(env));
  const done = await withClosedSession(stateDir, id, restoring =>
    dry ? restoring.preview(target) : restoring.restore(target),
  );
  for (const change of done.changes) {
    stdout.write(`${VERBS[change.kind][dry ? 0 : 1]}  ${safe(where(change, cwd))}\n`);
    if (dry)
      for (const [index, hunk] of change.hunks.entries())
        stdout.write(`[${index + 1}] ${safe(hunkText(hunk))}`);
  }
  for (const conflict of done.conflicts)
    stderr.write(`Left as it is: ${safe(where(conflict, cwd))} (${conflict.reason})\n`);
  if (!done.changes.length) stderr.write('There is nothing to restore.\n');
  else if (!dry) stderr.write(`Undo this with: ascent restore ${id} --undo\n`);
  return done.conflicts.length ? EXIT.failed : EXIT.done;
}

const VERBS = {
  created: ['would bring back', 'brought back'],
  modified: ['would change', 'changed'],
  deleted: ['would delete', 'deleted'],
} as const;

const where = (
  { root, path: name }: RestorePreview['conflicts'][number] | RestorePreview['changes'][number],
  cwd: string,
) => {
  const relative = path.relative(cwd, path.join(root, name));
  return relative.startsWith('..') ? path.join(root, name) : relative;
};

function targetOf(
  values: { step?: string; undo?: boolean; file?: string[]; hunk?: string },
  cwd: string,
): Target {
  if (!values.step === !values.undo) throw new UsageError('Where to? Give --step N, or --undo.');
  const step = Number(values.step);
  if (values.step !== undefined && !(Number.isInteger(step) && step > 0))
    throw new UsageError('--step must be a whole number above 0.');
  const hunks = values.hunk?.split(',').map(part => Number(part) - 1);
  if (hunks?.some(hunk => !Number.isInteger(hunk) || hunk < 0))
    throw new UsageError('--hunk takes numbers as --dry-run shows them: --hunk 1,3');
  if (hunks && values.file?.length !== 1) throw new UsageError('--hunk needs one --file PATH.');
  return {
    to: values.undo ? 'beforeRestore' : { step },
    files: values.file?.map(file => path.resolve(cwd, file)),
    hunks,
  };
}
