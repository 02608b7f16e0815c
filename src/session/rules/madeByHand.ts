/** Rules that a person writes down themselves, from one plain command line or a glob. */
import type { Rule } from '../../protocol/approvals.ts';
import { lex } from '../../safety/commands/lex.ts';

/** A rule, or what is wrong with the line in words for people. */
export type Made = { rule: Rule } | { problem: string };

/** `within`: real path of the folder in which the command may run; without it, any workspace. */
export function allowedCommand(line: string, within: string | undefined): Made {
  const words = plainWords(line);
  if ('problem' in words) return words;
  return { rule: { kind: 'argv', words: words.words, ...(within !== undefined && { within }) } };
}

export function deniedCommand(line: string): Made {
  const words = plainWords(line);
  return 'problem' in words ? words : { rule: { kind: 'denyCommand', words: words.words } };
}

export function deniedPath(glob: string, only: 'write' | undefined): Made {
  const trimmed = glob.trim();
  if (!trimmed || /[\u0000-\u001f]/.test(trimmed))
    return { problem: 'The path is empty or holds control characters.' };
  return { rule: { kind: 'denyPath', glob: trimmed, ...(only && { only }) } };
}

function plainWords(line: string): { words: string[] } | { problem: string } {
  const read = lex(line.trim());
  if ('refused' in read) return { problem: `A rule is one plain command. ${read.refused}` };
  const [command, ...others] = read.commands;
  if (!command || others.length > 0 || command.redirects.length > 0 || command.words.length === 0)
    return { problem: 'A rule is one plain command, without pipes, redirects and `&&`.' };
  return { words: command.words.map(word => word.text) };
}
