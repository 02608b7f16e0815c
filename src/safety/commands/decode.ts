/**
 * From a command line to the programs it starts and their exact arguments, or to the reason why that cannot be told.
 * Two readers must agree: the strict one (lex.ts) and the real grammar. The grammar alone is not enough: it splits
 * words at a carriage return and joins none at a backslash-newline, where bash does otherwise.
 */
import type { Node } from 'web-tree-sitter';
import type { BashParser } from './bashParser.ts';
import { type Lexed, lex, type SimpleCommand } from './lex.ts';

export async function decode(command: string, parser: BashParser): Promise<Lexed> {
  const lexed = lex(command);
  if ('refused' in lexed) return lexed;
  let grammar: ReturnType<typeof shapeOf>;
  try {
    grammar = await parser.parse(command, root => shapeOf(root));
  } catch {
    return { refused: 'The bash grammar could not be loaded, so no command can be checked.' };
  }
  if ('refused' in grammar) return grammar;
  return grammar.shape === shape(lexed.commands) ? lexed : { refused: ambiguous };
}

const ambiguous = 'It can be read in more than one way.';
/** What the most usual other kinds of node are, in plain words. */
const otherKinds: Record<string, string> = {
  if_statement: 'It decides while it runs what to do next.',
  for_statement: 'It repeats commands.',
  while_statement: 'It repeats commands.',
  negated_command: 'It turns success into failure (`!`).',
  variable_assignment: 'It sets a variable, which can change what programs do.',
  variable_assignments: 'It sets variables, which can change what programs do.',
  declaration_command: 'It sets a variable, which can change what programs do.',
  unset_command: 'It unsets a variable, which can change what programs do.',
  file_redirect: 'It is a redirect without a command.',
};

/** Both readings in one comparable form: where each word, redirect and connector stands. */
function shape(commands: readonly SimpleCommand[]): string {
  return commands
    .map(({ words, redirects, next }) =>
      [
        words.map(w => `${w.start}-${w.end}`).join(' '),
        ...redirects.map(r => `${r.descriptor ?? ''}${r.operator}${r.target.start}-${r.target.end}`),
        next === '\n' ? ';' : (next ?? ''),
      ].join(' '),
    )
    .join('');
}

/** The kinds of node that are understood; one other node anywhere, and the command is not. */
const words = new Set(['word', 'number', 'string', 'raw_string', 'concatenation']);

function shapeOf(root: Node): { shape: string } | { refused: string } {
  if (root.hasError) return { refused: ambiguous };
  const commands: SimpleCommand[] = [];
  const wordOf = (node: Node) => ({ text: '', start: node.startIndex, end: node.endIndex });
  let refused: string | undefined;
  const refuse = (node?: Node) => {
    refused ??= otherKinds[node?.type ?? ''] ?? ambiguous;
  };

  function visit(node: Node): void {
    switch (node.type) {
      case 'program':
      case 'list':
      case 'pipeline':
        for (const child of node.children) visit(child);
        return;
      case 'redirected_statement': {
        const [body, ...redirects] = node.children;
        if (body) visit(body);
        for (const child of redirects) redirect(child);
        return;
      }
      case 'command':
        commands.push({ words: [], redirects: [] });
        for (const child of node.children) part(child);
        return;
      case '&&':
      case '||':
      case '|':
      case ';':
        if (commands.at(-1)) commands.at(-1)!.next = node.type;
        return;
      case '\n':
      case 'comment':
        return;
      default:
        refuse(node);
    }
  }
  function part(node: Node): void {
    const command = commands.at(-1)!;
    if (node.type === 'command_name') {
      const [name, ...more] = node.children;
      if (!name || more.length > 0) refuse();
      else part(name);
    } else if (node.type === 'file_redirect') redirect(node);
    else if (words.has(node.type) && onlyText(node)) command.words.push(wordOf(node));
    else refuse(node);
  }
  function redirect(node: Node): void {
    const children = node.type === 'file_redirect' ? node.children : [];
    const descriptor = children[0]?.type === 'file_descriptor' ? children.shift()?.text : undefined;
    const [operator, target, ...more] = children;
    // A second "target" is a word of the command, whatever the grammar says.
    if (!operator || !target || more.length > 0 || !onlyText(target)) refuse();
    else {
      commands.at(-1)?.redirects.push({
        operator: operator.type as SimpleCommand['redirects'][number]['operator'],
        target: wordOf(target),
        ...(descriptor === undefined ? {} : { descriptor }),
      });
    }
  }
  visit(root);
  if (refused !== undefined) return { refused };
  for (const [i, command] of commands.entries()) {
    const following = commands[i + 1];
    // A line break has no node of its own: two commands in a row without a connector.
    if (following && command.next === undefined) command.next = '\n';
    if (!following && command.next === ';') delete command.next;
  }
  return { shape: shape(commands) };
}

function onlyText(node: Node): boolean {
  if (node.type === 'string')
    return node.children.every(c => c.type === '"' || c.type === 'string_content' || c.type === '$');
  if (node.type === 'concatenation') return node.children.every(c => words.has(c.type) && onlyText(c));
  return words.has(node.type) && node.childCount === 0;
}
