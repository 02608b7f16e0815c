/** Unified hunks as lines with their numbers. */

export interface DiffLine {
  kind: 'context' | 'added' | 'removed' | 'gap';
  /** Line number in the new file; in the old one for a removed line; absent for a gap. */
  number?: number;
  text: string;
}

export function diffLines(hunks: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let [before, after] = [1, 1];
  for (const line of hunks.replace(/\n$/, '').split('\n')) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/.exec(line);
    if (header) {
      [before, after] = [Number(header[1]), Number(header[2])];
      if (lines.length) lines.push({ kind: 'gap', text: header[3]! });
    } else if (line.startsWith('+')) lines.push({ kind: 'added', number: after++, text: line.slice(1) });
    else if (line.startsWith('-')) lines.push({ kind: 'removed', number: before++, text: line.slice(1) });
    else if (line.startsWith('\\')) lines.push({ kind: 'gap', text: line.slice(2) });
    else {
      lines.push({ kind: 'context', number: after++, text: line.slice(1) });
      before++;
    }
  }
  return lines;
}
