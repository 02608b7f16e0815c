/** What a person attaches from the editor: a piece of a file with the problems found in it. */
import type { ContextItem } from '../../protocol/events.ts';

export interface Piece {
  /** Relative to the workspace where it lies in it. */
  path: string;
  languageId: string;
  /** 1-based, both included. */
  firstLine: number;
  lastLine: number;
  text: string;
  problems: { line: number; severity: string; message: string; source: string | undefined }[];
}

const LONGEST = 20_000;

export function attach(piece: Piece): ContextItem {
  const { path, languageId, firstLine, lastLine, problems } = piece;
  const lines = firstLine === lastLine ? `${firstLine}` : `${firstLine}-${lastLine}`;
  const cut = piece.text.length > LONGEST;
  const text = cut ? piece.text.slice(0, LONGEST) : piece.text;
  const fence = fenceFor(text);
  const parts = [
    `File ${path}, line ${lines}:`,
    `${fence}${languageId}\n${text.replace(/\n$/, '')}\n${fence}`,
  ];
  if (cut)
    parts.push(`(The first ${LONGEST} characters of ${piece.text.length}; read the file for the rest.)`);
  if (problems.length) {
    const described = problems.map(p => {
      const source = p.source ? ` (${p.source})` : '';
      return `- line ${p.line}: ${p.severity}: ${p.message}${source}`;
    });
    parts.push(`Problems:\n${described.join('\n')}`);
  }
  return { label: `${path}:${lines}`, text: parts.join('\n\n') };
}

/** A code fence longer than any run of backticks in the text. */
function fenceFor(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(run => run[0].length));
  return '`'.repeat(longest + 1);
}
