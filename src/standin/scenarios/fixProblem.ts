/** Mends a misspelt name: the kind of problem an editor underlines, at the place it names. */
import type { Conversation } from '../conversation.ts';
import { filesIn, fileText, firstLine, latest, wasDenied, wasWritten } from '../results.ts';
import { act, answer, diagnostics, editFile, type Reply, readFile, type Scenario } from '../script.ts';

export const fixProblem: Scenario = {
  name: 'fix-problem',
  about: '“Fix the problem in src/statement.js”: mends a misspelt name',
  matches: text => /\b(fix|repair|resolve|correct)\b/i.test(text),
  next(conversation) {
    const problems = latest(conversation, 'diagnostics');
    const place = filesIn(conversation.task)[0] ?? filesIn(problems?.result ?? '')[0];
    if (!place) {
      if (problems)
        return answer(
          'No file was named, and the editor reports no problem.',
          'I see no problem to fix: none was attached, and the editor reports none. Name the file, or attach the problem.',
        );
      return act('No file is named. The editor may know about a problem.', diagnostics({}));
    }
    const { path } = place;
    const edit = latest(conversation, 'edit_file');
    if (edit) return afterEdit(conversation, path);
    const text = fileText(conversation, path);
    if (text === undefined) {
      if (latest(conversation, 'read_file'))
        return answer(`${path} could not be read.`, `I could not read \`${path}\`, so I changed nothing.`);
      return act(
        `The problem is in ${path}${place.line ? `, about line ${place.line}` : ''}. I read the file, and ask the editor what it reports there.`,
        readFile({ path }),
        diagnostics({ paths: [path] }),
      );
    }
    const found = misspelt(text, `${conversation.task}\n${problems?.result ?? ''}`);
    if (!found)
      return answer(
        'The names in this file are all declared, or none is close to the one complained about. That is all a script can mend.',
        `I can only mend misspelt names, and I see none in \`${path}\`. Connect a backend for a real attempt.`,
      );
    return act(
      `\`${found.wrong}\` is used in line ${found.line} and declared nowhere, while \`${found.right}\` is declared and differs by ${found.distance === 1 ? 'one letter' : `${found.distance} letters`}. A slip of the pen: the line would throw a ReferenceError when it runs. One word to change.`,
      editFile({
        path,
        edits: [{ old_text: found.oldText, new_text: found.oldText.replace(found.pattern, found.right) }],
      }),
    );
  },
};

function afterEdit(conversation: Conversation, path: string): Reply {
  const edit = latest(conversation, 'edit_file')!;
  if (wasDenied(edit.result))
    return answer('The edit was not allowed.', `The edit was not allowed, so \`${path}\` is as it was.`);
  if (!wasWritten(edit.result))
    return answer('The edit was not made.', `I could not change \`${path}\`: ${firstLine(edit.result)}`);
  const checked = conversation.done.at(-1)!;
  if (checked.name !== 'diagnostics')
    return act(
      'Changed. Is the problem gone, and nothing new there?',
      readFile({ path }),
      diagnostics({ paths: [path] }),
    );
  const [change] = edit.arguments.edits as { old_text: string; new_text: string }[];
  const said = firstLine(checked.result ?? 'nothing');
  const verdict = /no editor/i.test(said)
    ? 'There is no editor here to confirm it; the name it uses now is declared in the file.'
    : `The editor now reports for this file: ${said}`;
  const there = fileText(conversation, path)?.includes(change!.new_text);
  return answer(
    `I read the file again: the new line ${there ? 'is there' : 'is not there'}. ${verdict}`,
    there ? `Fixed in \`${path}\`:` : `The change is not in \`${path}\`; something else may have written it:`,
    `\`\`\`diff\n-${change!.old_text}\n+${change!.new_text}\n\`\`\``,
    verdict,
  );
}

interface Misspelling {
  wrong: string;
  right: string;
  line: number;
  distance: number;
  oldText: string;
  pattern: RegExp;
}

/** The name the report complains about, or else a name used once that is one slip away from a declared one. */
function misspelt(text: string, report: string): Misspelling | undefined {
  const declared = new Set(
    [
      ...text.matchAll(/\b(?:const|let|var|function|class)\s+(\w+)/g),
      ...text.matchAll(/(?:(?<!\$)\{|[,(])\s*(\w+)\s*(?=[,})=])/g),
      ...text.matchAll(/(\w+)\s*=>/g),
    ].map(match => match[1]!),
  );
  const code = codeOnly(text);
  const named = report.match(/(?:Cannot find name|not defined|undeclared)[^'"`]*['"`](\w+)['"`]/)?.[1];
  const before = report.match(/['"`]?(\w+)['"`]? is not defined/)?.[1];
  const suspects =
    (named ?? before) ? [named ?? before!] : [...new Set(code.match(/(?<![.\w])[A-Za-z_]\w{3,}\b/g))];
  for (const wrong of suspects) {
    if (declared.has(wrong)) continue;
    const pattern = new RegExp(`\\b${wrong}\\b`);
    const at = code.split('\n').findIndex(line => pattern.test(line));
    if (at < 0 || (code.match(new RegExp(pattern, 'g'))?.length ?? 0) > 1) continue;
    const close = [...declared]
      .map(right => ({ right, distance: distanceOf(wrong, right) }))
      .filter(({ distance }) => distance <= 2 && distance < wrong.length / 3)
      .sort((a, b) => a.distance - b.distance)[0];
    if (close) return { wrong, ...close, line: at + 1, oldText: text.split('\n')[at]!, pattern };
  }
  return undefined;
}

/** Comments and strings blanked out, what stands in a template's braces kept. */
function codeOnly(text: string): string {
  const blank = (found: string) => found.replace(/[^\n]/g, ' ');
  return text
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, blank)
    .replace(/'[^'\n]*'|"[^"\n]*"/g, blank)
    .replace(/`[^`]*`/g, template => template.replace(/(\$\{[^}]*\})|[^\n]/g, (_, kept) => kept ?? ' '));
}

/** Letters to add, drop or change (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
