/** Small matters of wording that several tools share. */
import { showControls } from '../protocol/plainText.ts';

export const plural = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

const LONGEST_OBJECT = 200;

/** For titles: one line, nothing hidden. */
export function oneLine(text: string): string {
  const line = showControls(text.trim().replace(/\s+/g, ' '));
  return line.length > LONGEST_OBJECT ? `${line.slice(0, LONGEST_OBJECT - 1)}…` : line;
}

export function cutLine(line: string, limit: number): string {
  if (line.length <= limit) return line;
  return `${line.slice(0, limit)} [… ${plural(line.length - limit, 'character')} cut]`;
}

/** Lines without their ends; a last line break does not begin another line. */
export function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map(line => (line.endsWith('\r') ? line.slice(0, -1) : line));
}
