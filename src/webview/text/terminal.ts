/** Terminal output as text: what a person would see on the screen, without colours and cursor moves. */

const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** Strips escape sequences; a carriage return overwrites its line, as a progress bar does. */
export function plainOutput(raw: string): string {
  const text = raw.replace(ESCAPES, '').replace(/\r+\n/g, '\n');
  if (!text.includes('\r')) return text;
  return text
    .split('\n')
    .map(line => line.slice(line.lastIndexOf('\r', line.length - 2) + 1).replace(/\r$/, ''))
    .join('\n');
}

const LONGEST = 40_000;

/** The last `count` lines, and no more than 40,000 characters of them. */
export function lastLines(text: string, count: number): string {
  const from = Math.max(0, text.length - LONGEST);
  let start = text.endsWith('\n') ? text.length - 1 : text.length;
  for (let i = 0; i < count; i++) {
    start = text.lastIndexOf('\n', start - 1);
    if (start < from) return text.slice(from);
  }
  return text.slice(start + 1);
}
