/** The plan that write_file and edit_file share: from a file's old text to its new one. */
import type { FileText, Host } from '../host/host.ts';
import { encode, hashOf, UTF8 } from '../host/textFormat.ts';
import type { FileDiff } from '../protocol/display.ts';
import { toFailure } from './failures.ts';
import { fileDiff } from './fileDiff.ts';
import { newEgress } from './fileEgress.ts';
import { demandSamePlace, type Place, shownPath } from './place.ts';
import { describeProblems, newProblems, problemsOf } from './problems.ts';
import { type SeenFiles, ToolFailure, type ToolPlan, type ToolResult } from './tool.ts';
import { plural } from './words.ts';

/** Nothing that the model has not read, or that changed since, is overwritten. */
export function demandSeen(seen: SeenFiles, place: Place, file: FileText): void {
  const hash = seen.hashOf(place.real);
  if (hash === file.hash) return;
  throw new ToolFailure(
    hash === undefined
      ? `You have not read ${place.shown} yet. Read it with read_file, then change it.`
      : `${place.shown} changed since you last read it. Read it again with read_file, then change it.`,
  );
}

/** `before` undefined: the file is made. */
export async function changePlan(
  host: Host,
  place: Place,
  before: FileText | undefined,
  text: string,
): Promise<ToolPlan> {
  const format = before?.format ?? UTF8;
  const after = plannedHash(text, format, place.shown);
  const diff = fileDiff(place.shown, before?.text, text);
  const words = before
    ? { ask: 'Edit', busy: 'Editing', done: 'Edited' }
    : { ask: 'Create', busy: 'Creating', done: 'Created' };
  const counts = `+${diff.added} -${diff.removed}`;
  return {
    title: { ...words, object: place.shown },
    access: [
      { kind: 'write', path: place.given },
      ...newEgress(before?.text ?? '', text).map(url => ({
        kind: 'network' as const,
        url,
        through: 'file' as const,
      })),
    ],
    effects: [{ kind: 'file', path: place.real, before: before?.hash ?? null, after }],
    preview: { kind: 'diff', files: [{ ...diff, target: await targetOf(host, place, before) }] },
    async run() {
      try {
        await demandSamePlace(host, place);
        const known = await problemsOf(host, place.real);
        const hash = await host.write(place.real, text, before?.hash ?? null, format);
        const problems = newProblems(known, await problemsOf(host, place.real));
        const said = `${words.done} ${place.shown} (${counts} lines).`;
        return result(host, said, place, diff, problems, { planned: after, written: hash });
      } catch (error) {
        throw toFailure(error, place.shown);
      }
    },
  };
}

/** What a person must see of where it goes: a link can lead elsewhere than its name says. */
async function targetOf(
  host: Host,
  { given, real }: Place,
  before: FileText | undefined,
): Promise<FileDiff['target']> {
  const stat = before && host.platform !== 'win32' ? await host.stat(real) : undefined;
  const mode = stat?.mode?.toString(8).padStart(3, '0') ?? '';
  return {
    path: real,
    ...(given !== real && { through: given }),
    ...(!ORDINARY_MODE.test(mode) && { mode }),
  };
}

/** Unknown, or a file that its owner reads and writes and nobody runs: not worth a word. */
const ORDINARY_MODE = /^(?:6[046]{2})?$/;

function plannedHash(text: string, format: FileText['format'], shown: string): string {
  try {
    return hashOf(encode(text, format));
  } catch (error) {
    throw toFailure(error, shown);
  }
}

function result(
  host: Host,
  said: string,
  place: Place,
  diff: FileDiff,
  problems: ReturnType<typeof newProblems>,
  hash: { planned: string; written: string },
): ToolResult {
  const content = [said];
  // A formatter that runs on saving. The model does not know what the file holds now, so it is not marked as seen.
  const reformatted = hash.written !== hash.planned;
  if (reformatted)
    content.push('The editor changed it further when it saved it: read it before you change it again.');
  if (problems.length > 0) {
    const found = describeProblems(problems, path => shownPath(host.roots, path));
    content.push(`This brought ${plural(problems.length, 'new problem')}:\n${found}`);
  }
  return {
    isError: false,
    content: content.join('\n'),
    display: { kind: 'diff', files: [diff], ...(problems.length > 0 && { problems }) },
    seen: reformatted ? [] : [{ path: place.real, hash: hash.written }],
  };
}
