/** A plan and a question, then a look: the smallest task with a person in it. */
import { fileText, firstLine, latest, paths, wasDenied } from '../results.ts';
import { act, answer, askUser, plan, readFile, type Scenario } from '../script.ts';

const ITEMS = ['Look at what is here', 'Ask what matters most', 'Read that part', 'Propose next steps'];

export const planFirst: Scenario = {
  name: 'plan',
  about: '“Plan the next steps”: makes a plan, asks you what matters, and reads that part',
  matches: text =>
    /^\W*(please )?(plan\b|(make|write|show|draft) (me )?(a |the )?plan\b|ask me\b)/i.test(text),
  next(conversation) {
    const found = latest(conversation, 'find_files');
    if (!found)
      return act(
        'The request is open, so a plan first. I look at the files before I ask anything, so that the question is about this project.',
        plan(ITEMS, 0),
        { name: 'find_files', arguments: { globs: ['*.js', '*.mjs', '*.ts', '*.py', '!node_modules/**'] } },
      );
    const files = paths(found.result).slice(0, 4);
    if (!files.length)
      return answer(
        'No source files were found, so there is nothing to plan about.',
        'I found no source files in this workspace, so there is nothing to plan yet.',
      );
    const asked = latest(conversation, 'ask_user');
    if (!asked)
      return act(
        `There are ${paths(found.result).length} source files. Which part matters is not for me to guess.`,
        plan(ITEMS, 1),
        askUser({ question: 'Which file should the plan be about?', options: files }),
      );
    if (wasDenied(asked.result))
      return answer(
        'The question was not answered.',
        'You did not choose a part, so I leave it at the plan above.',
      );
    const chosen = files.find(file => asked.result.includes(file));
    if (!chosen)
      return answer(
        'The answer is none of the options. As a script I cannot interpret free text.',
        `You answered “${firstLine(asked.result)}”. I am a script and only understand the options I offered: ${files.join(', ')}.`,
      );
    const text = fileText(conversation, chosen);
    if (text === undefined && !latest(conversation, 'read_file'))
      return act(`${chosen}, then. I read it.`, plan(ITEMS, 2), readFile({ path: chosen }));
    const functions = [...(text ?? '').matchAll(/function (\w+)/g)].map(match => match[1]!);
    if (conversation.done.filter(call => call.name === 'update_plan').length < 4)
      return act('That is enough to propose something.', plan(ITEMS, 4));
    return answer(
      'The plan is done; I put the proposal in a few lines.',
      `For **${chosen}** (${text?.split('\n').length ?? 0} lines${functions.length ? `; ${functions.join(', ')}` : ''}):`,
      '1. Make sure that each function has a test (“Add tests for …”).\n2. Fix what the tests show (“Make the failing test pass”).\n3. Review the difference before you commit (“Review my changes”).',
    );
  },
};
