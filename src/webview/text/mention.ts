/** An @ in the composer that names a file. */
export interface Mention {
  /** Where the @ stands. */
  start: number;
  query: string;
}

/** The @word that ends at the caret; an @ inside a word (a mail address) is none. */
export function mentionAt(text: string, caret: number): Mention | undefined {
  const m = /(?:^|[\s(])@([^\s@]{0,200})$/.exec(text.slice(0, caret));
  return m ? { start: caret - m[1]!.length - 1, query: m[1]! } : undefined;
}
