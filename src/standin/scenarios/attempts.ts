/** What repairs were tried so far, and which of them helped: a fold of the edits and test runs of a conversation. */
import type { Conversation } from '../conversation.ts';
import { repairsFor } from '../repairs.ts';
import { exitCode, wasDenied, wasWritten, withoutNumbers } from '../results.ts';
import { readTestRun } from '../testOutput.ts';

export interface Attempt {
  path: string;
  oldText: string;
  newText: string;
  cause: string;
  remedy: string;
}

export interface Progress {
  /** Files as they are now. */
  texts: Map<string, string>;
  /** The failing test that is worked on. */
  goal: string | undefined;
  /** Repairs that helped. */
  kept: Attempt[];
  /** Repairs tried for the goal. */
  tried: Attempt[];
  /** A repair that did not help and is still in the file. */
  pending: Attempt | undefined;
  /** Names of the tests that failed at first. */
  failures: string[];
}

export function progressOf({ done }: Conversation): Progress {
  const progress: Progress = {
    texts: new Map(),
    goal: undefined,
    kept: [],
    tried: [],
    pending: undefined,
    failures: [],
  };
  let failing: string[] | undefined;
  for (const { name, arguments: args, result } of done) {
    if (result === undefined || wasDenied(result)) continue;
    const path = String(args.path);
    if (name === 'read_file') progress.texts.set(path, withoutNumbers(result));
    else if (name === 'edit_file' && wasWritten(result)) apply(progress, path, args.edits);
    else if (name === 'run_command') {
      const names = exitCode(result) === 0 ? [] : readTestRun(result).failures.map(failure => failure.name);
      if (failing === undefined) progress.failures = names;
      else if (progress.pending) judge(progress, names, failing);
      if (!progress.goal) progress.goal = names[0];
      if (!progress.pending) failing = names;
    }
  }
  return progress;
}

/** A repair helped when its test passes and no other fails that did not fail before. */
function judge(progress: Progress, names: readonly string[], before: readonly string[]): void {
  const helped = !names.includes(progress.goal ?? '') && names.every(name => before.includes(name));
  if (!helped) return;
  progress.kept.push(progress.pending!);
  progress.pending = undefined;
  progress.tried = [];
  progress.goal = names[0];
}

function apply(progress: Progress, path: string, edits: unknown): void {
  for (const { old_text: oldText, new_text: newText } of edits as { old_text: string; new_text: string }[]) {
    const text = progress.texts.get(path) ?? '';
    const undoes = progress.pending?.newText === oldText && progress.pending.oldText === newText;
    const known = repairsFor(text).find(repair => repair.oldText === oldText && repair.newText === newText);
    progress.texts.set(
      path,
      text.replace(oldText, () => newText),
    );
    if (undoes) progress.pending = undefined;
    else {
      progress.pending = { path, oldText, newText, cause: known?.cause ?? '', remedy: known?.remedy ?? '' };
      progress.tried.push(progress.pending);
    }
  }
}
