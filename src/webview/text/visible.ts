/** Texts with nothing hidden in them: what others wrote may not look like something else. */
export type Piece = { text: string; hidden: boolean };

// Controls but tab and newline; format, private, unassigned; separators but the plain space; whatever draws nothing.
const UNSEEN = String.raw`(?![\t\n ])[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]`;
/** Spaces and tabs before a line's end: nobody sees them either, and they can matter. */
const HIDDEN = new RegExp(String.raw`${UNSEEN}|[\t ]+(?=\n|$)`, 'gu');

/**
 * A command as it really is: characters that show nothing, turn the reading direction or pass for a plain space are
 * spelled out, so that what a person approves is what runs.
 */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const m of text.matchAll(HIDDEN)) {
    if (m.index > end) found.push({ text: text.slice(end, m.index), hidden: false });
    found.push({ text: spelled(m[0]), hidden: true });
    end = m.index + m[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end), hidden: false });
  return found;
}

// Joiners and variation selectors stay behind what they can shape: letters beyond ASCII, pictures, the keys of keycaps.
const SHAPING = String.raw`(?<=[^\0-\x7f\p{Default_Ignorable_Code_Point}]\ufe0f?)[\u200c\u200d\ufe0e\ufe0f\u{e0100}-\u{e01ef}]|\ufe0f\u20e3`;
const TURNING = new RegExp(
  String.raw`(?!${SHAPING})[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2028\u2029\ufff9-\ufffb\p{Cs}]`,
  'gu',
);

/** What a model says: only the invisible characters that shape what is seen stay. */
export const unhidden = (text: string) => text.replace(TURNING, spelled);

function spelled(hidden: string): string {
  return /^[\t ]/.test(hidden)
    ? hidden.replaceAll(' ', '\u00b7').replaceAll('\t', '\u2192')
    : `\\u{${hidden.codePointAt(0)!.toString(16)}}`;
}
