/** Explains attached code, a file, or the whole workspace, from what the files themselves say. */
import type { Conversation } from '../conversation.ts';
import { filesIn, fileText, isTestFile, latest, paths, withoutAttachments } from '../results.ts';
import { act, answer, listFiles, type Reply, readFile, type Scenario } from '../script.ts';
import { type FunctionInfo, functionsIn, importsIn, openingOf } from '../source.ts';

const MOST_FILES = 6;

export const explain: Scenario = {
  name: 'explain',
  about: '“Explain this workspace” (or a file, or a selection): reads it and sums it up',
  matches: text =>
    /\b(explain|describe|walk me through|summari[sz]e|overview)\b/i.test(text) ||
    /\b(what|how) (is|does)\b.*\b(file|code|function|selection|workspace|project|repo(sitory)?)\b/is.test(
      text,
    ),
  next(conversation) {
    const { task } = conversation;
    const workspace = /\b(workspace|project|repo(sitory)?|codebase)\b/i.test(withoutAttachments(task));
    const [file] = workspace ? [] : filesIn(task);
    return file ? explainFile(conversation, file.path) : explainWorkspace(conversation);
  },
};

function explainFile(conversation: Conversation, path: string): Reply {
  const read = latest(conversation, 'read_file', call => call.arguments.path === path);
  if (!read)
    return act(
      `The question is about ${path}. I read the whole file, as a piece alone says little, and look who uses it.`,
      readFile({ path }),
      {
        name: 'search_text',
        arguments: { pattern: `['"][^'"]*${stem(path)}(\\.\\w+)?['"]`, globs: ['!node_modules/**'] },
      },
    );
  const text = fileText(conversation, path);
  if (text === undefined)
    return answer(
      `${path} could not be read.`,
      `I could not read \`${path}\`: ${read.result.split('\n', 1)[0]}`,
    );
  const [from, to] = rangeIn(conversation.task, path);
  const all = functionsIn(text);
  const chosen = all.filter(({ firstLine, lastLine }) => lastLine >= from && firstLine <= to);
  const functions = chosen.length ? chosen : all;
  const users = usersOf(conversation, path);
  const opening = openingOf(text);
  return answer(
    `${path} has ${text.split('\n').length} lines and ${all.length} functions${chosen.length && chosen.length < all.length ? `; the selection touches ${chosen.map(({ name }) => name).join(', ')}` : ''}. I report what the code and its comments say and add nothing that I cannot point at.`,
    `**\`${path}\`**${opening ? `: ${opening}` : ''}`,
    functions.length
      ? functions.map(info => describe(info, path)).join('\n')
      : `It declares no functions at its top level (${text.split('\n').length} lines).`,
    relations(text, users),
  );
}

function explainWorkspace(conversation: Conversation): Reply {
  const found = latest(conversation, 'find_files');
  if (!found)
    return act(
      'To explain the workspace I start with its outside: the list of files, package.json and the README. These looks are independent.',
      listFiles({ path: '.' }),
      readFile({ path: 'package.json' }),
      readFile({ path: 'README.md' }),
      { name: 'find_files', arguments: { globs: ['*.js', '*.mjs', '*.ts', '!node_modules/**', '!dist/**'] } },
    );
  const files = paths(found.result);
  const sources = files.filter(path => !isTestFile(path)).slice(0, MOST_FILES);
  const unread = sources.filter(
    path => !latest(conversation, 'read_file', call => call.arguments.path === path),
  );
  if (unread.length)
    return act(
      `${files.length} source files, ${files.filter(isTestFile).length} of them tests. I read ${unread.length === sources.length ? 'the sources' : 'the rest'} at once.`,
      ...unread.map(path => readFile({ path })),
    );
  const manifest = fileText(conversation, 'package.json') ?? '';
  const field = (name: string) => manifest.match(new RegExp(`"${name}"\\s*:\\s*"([^"]+)"`))?.[1];
  const readme = fileText(conversation, 'README.md')
    ?.split(/\n\s*\n/)
    .find(part => /^\w/.test(part.trim()));
  const test = field('test');
  return answer(
    'That is enough for an overview: purpose from the README, layout from the files, and each module in the words of its own comments.',
    `**${field('name') ?? 'This workspace'}**: ${field('description') ?? readme?.replace(/\s+/g, ' ') ?? 'it has no description.'}`,
    readme && field('description') ? readme.replace(/\s+/g, ' ').trim() : '',
    sources.length
      ? `| Module | What is in it |\n| --- | --- |\n${sources.map(path => `| \`${path}\` | ${gist(fileText(conversation, path) ?? '')} |`).join('\n')}`
      : 'There are no JavaScript or TypeScript files to describe.',
    [
      besides(files, sources),
      test ? `Tests run with \`npm test\` (\`${test}\`).` : 'There is no test script.',
    ]
      .filter(Boolean)
      .join(' '),
  );
}

function besides(files: readonly string[], shown: readonly string[]): string {
  const tests = files.filter(isTestFile).length;
  const others = files.length - shown.length - tests;
  const parts = [
    ...(others ? [`${others} more source files`] : []),
    ...(tests ? [`${tests} test ${tests === 1 ? 'file' : 'files'}`] : []),
  ];
  return parts.length ? `Besides, there are ${parts.join(' and ')}.` : '';
}

function gist(text: string): string {
  const exported = functionsIn(text).filter(info => info.exported);
  const names = exported.map(({ name }) => `\`${name}\``).join(', ');
  const reexports = [...text.matchAll(/export \{[^}]*\} from '([^']+)'/g)].length;
  return (
    [openingOf(text), names, reexports ? `passes on what ${reexports} modules export` : '']
      .filter(Boolean)
      .join(' ') || `${text.split('\n').length} lines`
  );
}

const describe = ({ name, parameters, summary, firstLine, lastLine }: FunctionInfo, path: string): string =>
  `- \`${name}(${parameters})\`, [${path}:${firstLine}](${path}#L${firstLine}): ${summary || `${lastLine - firstLine + 1} lines without a comment.`}`;

function relations(text: string, users: readonly string[]): string {
  const uses = importsIn(text).map(({ names, from }) => `\`${names.join(', ')}\` from \`${from}\``);
  return [
    uses.length ? `It uses ${uses.join('; ')}.` : 'It imports no other module of the project.',
    users.length ? `It is used by ${users.map(user => `\`${user}\``).join(', ')}.` : '',
  ]
    .filter(Boolean)
    .join(' ');
}

function usersOf(conversation: Conversation, path: string): string[] {
  const search = latest(conversation, 'search_text')?.result ?? '';
  const found = [...search.matchAll(/^(\S+?):\d+: ?(.*)$/gm)].filter(([, , line]) =>
    /import|require|from/.test(line!),
  );
  return [...new Set(found.map(match => match[1]!))].filter(user => user !== path);
}

const stem = (path: string) =>
  path
    .split('/')
    .at(-1)!
    .replace(/\.\w+$/, '');

/** The lines of this file that the task points at; all of them when it names none. */
function rangeIn(task: string, path: string): [number, number] {
  const at = task.slice(task.indexOf(path) + path.length).match(/^(?::|,? lines? )(\d+)(?:-(\d+))?/);
  return at ? [Number(at[1]), Number(at[2] ?? at[1])] : [1, Number.POSITIVE_INFINITY];
}
