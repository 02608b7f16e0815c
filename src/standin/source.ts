/** JavaScript and TypeScript read with the eye of a person who skims: functions, their comments, their examples. */

export interface FunctionInfo {
  name: string;
  exported: boolean;
  /** 1-based, both included. */
  firstLine: number;
  lastLine: number;
  parameters: string;
  /** The first sentence of its comment. */
  summary: string;
  /** From `@example CALL // RESULT` lines. */
  examples: { call: string; result: string }[];
}

const DECLARATION =
  /^(?<exported>export )?(?:default )?(?:async )?function\*? (?<name>\w+)\((?<parameters>[^)]*)\)?|^(?<exportedConst>export )?const (?<constName>\w+) = (?:async )?\((?<constParameters>[^)]*)\)(?::[^=]+)? =>/;

/** Top-level functions, in order. */
export function functionsIn(text: string): FunctionInfo[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index): FunctionInfo[] => {
    const found = line.match(DECLARATION)?.groups;
    if (!found) return [];
    const comment = commentAbove(lines, index);
    return [
      {
        name: (found.name ?? found.constName)!,
        exported: Boolean(found.exported ?? found.exportedConst),
        firstLine: index + 1,
        lastLine: lastLineOf(lines, index),
        parameters: (found.parameters ?? found.constParameters ?? '').trim(),
        summary: summaryOf(comment),
        examples: [...comment.matchAll(/@example\s+(.+?)\s*\/\/\s*(.+)/g)].map(match => ({
          call: match[1]!,
          result: match[2]!.trim(),
        })),
      },
    ];
  });
}

/** The text of a function, from its first line to its last. */
export const bodyOf = (text: string, { firstLine, lastLine }: FunctionInfo): string =>
  text
    .split('\n')
    .slice(firstLine - 1, lastLine)
    .join('\n');

/** What a file says about itself at its top, or in its README's first paragraph. */
export function openingOf(text: string): string {
  const comment = text.match(/^\s*\/\*\*?([\s\S]*?)\*\//);
  if (comment && !/@typedef|@param/.test(comment[1]!)) return summaryOf(comment[1]!);
  return '';
}

/** `{names, from}` of each relative import. */
export function importsIn(text: string): { names: string[]; from: string }[] {
  const found = text.matchAll(/import\s+(?:(\w+)\s*,?\s*)?(?:\{([^}]*)\})?\s*from\s*['"](\.[^'"]+)['"]/g);
  return [...found].map(([, whole, named, from]) => ({
    names: [whole ?? '', ...(named ?? '').split(',')].map(name => name.trim()).filter(Boolean),
    from: from!,
  }));
}

/** `from` as seen from the folder of `path`. */
export function resolveImport(path: string, from: string): string {
  const parts = path.split('/').slice(0, -1);
  for (const part of from.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** `to` as an import from a file at `path`. */
export function importPath(path: string, to: string): string {
  const folders = path.split('/').slice(0, -1);
  const target = to.split('/');
  while (folders.length && target.length > 1 && folders[0] === target[0]) {
    folders.shift();
    target.shift();
  }
  return `${folders.length ? folders.map(() => '../').join('') : './'}${target.join('/')}`;
}

function commentAbove(lines: readonly string[], index: number): string {
  if (!lines[index - 1]?.trim().endsWith('*/')) return '';
  let top = index - 1;
  while (top > 0 && !lines[top]!.includes('/**')) top--;
  return lines.slice(top, index).join('\n');
}

function summaryOf(comment: string): string {
  const text = comment.replace(/\/\*\*|\*\/|^\s*\* ?/gm, '').split(/^\s*@/m, 1)[0]!;
  return (
    text
      .trim()
      .replace(/\s+/g, ' ')
      .match(/^.*?[.!?](?= |$)|^.+/)?.[0] ?? ''
  );
}

function lastLineOf(lines: readonly string[], index: number): number {
  const end = lines.findIndex((line, at) => at >= index && /^[})]/.test(line) && at > index);
  const oneLine = /[};]\s*$/.test(lines[index]!) && !/\{\s*$/.test(lines[index]!);
  return oneLine || end < 0 ? index + 1 : end + 1;
}
