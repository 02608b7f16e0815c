/** Hundreds of small steps over a large tree, one call each: what a session has to bear. */
import type { Conversation, Done } from '../conversation.ts';
import { exitCode, latest, matches, paths, wasDenied, withoutNumbers } from '../results.ts';
import { act, answer, editFile, type Reply, readFile, runCommand, type Scenario } from '../script.ts';
import { stepsTaken } from './summary.ts';

const STEPS = 300;

export const longRun: Scenario = {
  name: 'long-run',
  about: '“Long run, 300 steps”: reads, searches, commands and edits in turn over a large tree',
  matches: text => /\blong[- ]run\b|\b\d{2,}[- ]steps?\b/i.test(text),
  next(conversation) {
    const wanted = Number(conversation.task.match(/\b(\d+)[- ]steps?\b/i)?.[1]) || STEPS;
    const step = stepsTaken(conversation.summary) + conversation.steps + 1;
    const listed = listing(conversation);
    if (!listed)
      return act(
        `A run of ${wanted} steps, the answer included. First the files, then read, search, run and edit in turn.`,
        { name: 'find_files', arguments: { globs: ['**/*.js', '!node_modules/**', '!dist/**'] } },
      );
    if (typeof listed !== 'string') return listed;
    const files = paths(listed);
    if (!files.length)
      return answer(
        'find_files found no JavaScript file, so there is nothing to work on.',
        'There is no JavaScript file here to run over. The long run needs a folder with some.',
      );
    const refused = conversation.done.at(-1);
    if (refused?.result && wasDenied(refused.result)) return summary(conversation, 'A call was denied.');
    if (step >= wanted) return summary(conversation, '');
    return stepOn(conversation, files, step, wanted);
  },
};

/** The list of files as it was found; how to get it back when it is out of sight; undefined before it was asked for. */
function listing(conversation: Conversation): string | Reply | undefined {
  const found = latest(conversation, 'find_files');
  const recalled = latest(conversation, 'recall', call => call.arguments.entry !== undefined);
  if (found && !isSetAside(found.result)) return found.result;
  if (recalled && !isSetAside(recalled.result)) return recalled.result;
  if (!conversation.tools.has('recall') || (!found && conversation.summary === undefined)) return undefined;
  const searched = latest(conversation, 'recall', call => call.arguments.tool === 'find_files');
  const entry = (found?.result ?? searched?.result)?.match(
    /recall with entry (\d+)|entry (\d+) .*find_files .* gave/,
  );
  if (entry)
    return act('The list of files is out of sight. I read it again in the log.', {
      name: 'recall',
      arguments: { entry: Number(entry[1] ?? entry[2]) },
    });
  return act('Which files there are was found before the summary. I look for it in the log.', {
    name: 'recall',
    arguments: { query: 'gave', tool: 'find_files' },
  });
}
const isSetAside = (result: string) => result.startsWith('[Output set aside');

/** Four kinds of step in turn over one file, then the next file. */
function stepOn(conversation: Conversation, files: readonly string[], step: number, wanted: number): Reply {
  const round = Math.floor((step - 2) / 4);
  const path = files[round % files.length]!;
  const before = conversation.done.at(-1);
  const of = `Step ${step} of ${wanted}.`;
  switch ((step - 2) % 4) {
    case 0:
      return act(`${of} ${remark(before)} Next file: ${path}.`, readFile({ path }));
    case 1: {
      const text = withoutNumbers(before?.result ?? '');
      const name = text.match(/export function (\w+)/)?.[1] ?? 'revision';
      return act(
        `${of} ${path} has ${text.length} characters; its first function is ${name}. Who else uses that name?`,
        { name: 'search_text', arguments: { pattern: `\\b${name}\\b`, max: 20 } },
      );
    }
    case 2: {
      const places = matches(before?.result);
      const count = new Set(places.map(place => place.path)).size;
      return act(
        `${of} ${places.length} places in ${count} files. A line for the record, through a real shell.`,
        runCommand({ command: `echo "${path}: ${places.length} places"` }),
      );
    }
    default:
      return edit(conversation, path, of);
  }
}

function edit(conversation: Conversation, path: string, of: string): Reply {
  const text = withoutNumbers(
    latest(conversation, 'read_file', ({ arguments: args }) => args.path === path)?.result ?? '',
  );
  const line = text.match(/^export const revision = (\d+);$/m);
  if (!line)
    return act(
      `${of} ${path} has no revision line to count up, so I leave it alone and look at its top again.`,
      readFile({ path, start_line: 1, end_line: 20 }),
    );
  const next = `export const revision = ${Number(line[1]) + 1};`;
  return act(
    `${of} The record is written. ${path} gets its next revision.`,
    editFile({ path, edits: [{ old_text: line[0], new_text: next }] }),
  );
}

const remark = (before: Done | undefined): string =>
  before?.name === 'edit_file' ? `The edit said: ${before.result?.split('\n', 1)[0]?.slice(0, 80)}.` : '';

function summary({ done, steps }: Conversation, why: string): Reply {
  const of = (name: string) => done.filter(call => call.name === name && call.result !== undefined);
  const read = of('read_file').reduce((sum, call) => sum + withoutNumbers(call.result!).length, 0);
  const places = of('search_text').reduce((sum, call) => sum + matches(call.result).length, 0);
  const good = of('run_command').filter(call => exitCode(call.result!) === 0).length;
  return answer(
    `${why} That was the last step. I count the calls and their results in the history.`.trim(),
    `${why ? `${why} ` : ''}The long run is over after ${steps + 1} steps, this answer included:`,
    [
      `- ${of('read_file').length} reads, ${read} characters`,
      `- ${of('search_text').length} searches, ${places} matches`,
      `- ${of('run_command').length} commands, ${good} with exit code 0`,
      `- ${of('edit_file').length} edits in ${new Set(of('edit_file').map(call => call.arguments.path)).size} files`,
    ].join('\n'),
  );
}
