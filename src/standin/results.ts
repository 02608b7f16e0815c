/** What tools really returned, read the way a model would read it. */
import type { Conversation, Done } from './conversation.ts';

/** The newest call of this tool (that passes the test), with its result. */
export function latest(
  { done }: Conversation,
  name: string,
  test: (call: Done) => boolean = () => true,
): (Done & { result: string }) | undefined {
  const found = done.findLast(call => call.name === name && call.result !== undefined && test(call));
  return found as (Done & { result: string }) | undefined;
}

/** The newest read of this file as plain text, line numbers removed. */
export function fileText(conversation: Conversation, path: string): string | undefined {
  const read = latest(conversation, 'read_file', call => call.arguments.path === path);
  return read && wasRead(read.result) ? withoutNumbers(read.result) : undefined;
}

const NUMBERED = /^(\d+)\t(.*)$/;
/** A note may stand above the lines. */
const wasRead = (result: string) => result.split('\n', 2).some(line => NUMBERED.test(line));

/** `NUMBER<tab>TEXT` lines as text; notes around them are left out. */
export function withoutNumbers(result: string): string {
  return result
    .split('\n')
    .flatMap(line => line.match(NUMBERED)?.[2] ?? [])
    .join('\n');
}

/** The exit code at the end of a command's result, if it ran to its end. */
export function exitCode(result: string): number | undefined {
  const found = result.trimEnd().match(/\[exit code (-?\d+)\]$/);
  return found ? Number(found[1]) : undefined;
}

/** The person or the policy said no. */
export const wasDenied = (result: string): boolean =>
  /^(not allowed\b|the person did not allow\b)/i.test(result);

/** An edit or a new file really is on disk. */
export const wasWritten = (result: string): boolean => /^(Edited|Created) /.test(result);

/** The first line, fit to be quoted. */
export function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0]!;
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

/** Paths, one a line, as find_files gives them. */
export function paths(result: string | undefined): string[] {
  const lines = (result ?? '').split('\n').map(line => line.trim().replace(/^\.\//, ''));
  return lines.filter(line => /^[\w@.+~-][^\s:]*\.\w+$/.test(line) && !line.includes('node_modules/'));
}

export interface Match {
  path: string;
  line: number;
  text: string;
}

/** `path:line: text` lines, as search_text gives them. */
export function matches(result: string | undefined): Match[] {
  return (result ?? '').split('\n').flatMap(line => {
    const found = line.match(/^(\S+?):(\d+): ?(.*)$/);
    return found ? { path: found[1]!, line: Number(found[2]), text: found[3]! } : [];
  });
}

const TEST_FILE = /(^|[/\\])(tests?|__tests__)[/\\]|[.-](test|spec)\.\w+$/;
export const isTestFile = (path: string): boolean => TEST_FILE.test(path);

/** Source files that a person names in a text, with the first line they point at. */
export function filesIn(text: string): { path: string; line?: number }[] {
  const seen = new Map<string, { path: string; line?: number }>();
  const found = text.matchAll(
    /(?<![\w/.@-])((?:[\w@-][\w.@-]*\/|\.{1,2}\/|\/)*[\w@-][\w.@-]*\.(?:[cm]?[jt]sx?|md|json|py|css|html))(?![\w/-])(?::(\d+)|,? lines? (\d+))?/g,
  );
  for (const [, path, colon, words] of found) {
    const line = Number(colon ?? words) || undefined;
    if (!seen.has(path!) || line) seen.set(path!, line ? { path: path!, line } : { path: path! });
  }
  return [...seen.values()];
}

/** The message without what was attached to it: code blocks and tagged sections. */
export const withoutAttachments = (text: string): string =>
  text.replace(/(`{3,})[\s\S]*?(\1|$)/g, '').replace(/<([a-z][\w-]*)[^>]*>[\s\S]*?<\/\1>/g, '');
