/**
 * Characters that a reader does not see and a model does: zero width, direction marks, fillers, tags, variation
 * selectors, half characters. Texts of the world need some of them where they shape what is seen; there they stay.
 */

const HIDDEN = /\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}|[\u2028\u2029\ufff9-\ufffb]|\p{Cs}/gu;
/** Most texts hold nothing but these. */
const MAYBE = /\u00ad|[^\n\t -\u00ac\u00ae-\u02ff]/;
/** Scripts whose letters are joined or kept apart by invisible characters. */
const JOINING =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Mongolian}\p{Script=Tibetan}]/u;
const PICTURE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f|\u20e3/u;

/** Replaces each hidden character that does not shape what is seen around it. */
export function replaceHidden(text: string, replace: (char: string) => string): string {
  if (!MAYBE.test(text)) return text;
  return text.replace(HIDDEN, (char, at: number) => (isAtHome(char, text, at) ? char : replace(char)));
}

/** Whether a text holds one that would be replaced. */
export function holdsHidden(text: string): boolean {
  let found = false;
  replaceHidden(text, char => {
    found = true;
    return char;
  });
  return found;
}

function isAtHome(char: string, text: string, at: number): boolean {
  const before = characterBefore(text, at);
  const after = characterAt(text, at + char.length);
  switch (char) {
    case '\u200d':
      return (PICTURE.test(before) && /\p{Extended_Pictographic}/u.test(after)) || joins(before, after);
    case '\u200c':
      return joins(before, after);
    case '\ufe0e':
    case '\ufe0f':
      return /\p{Extended_Pictographic}/u.test(before) || (/[#*\d]/.test(before) && after === '\u20e3');
    default:
      return char >= '\u{e0100}' && char <= '\u{e01ef}' && /\p{Script=Han}/u.test(before);
  }
}

const joins = (before: string, after: string) => JOINING.test(before) && JOINING.test(after);
const characterAt = (text: string, at: number) => {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
};
function characterBefore(text: string, at: number): string {
  const unit = text.charCodeAt(at - 1);
  return at === 0 ? '' : characterAt(text, unit >= 0xdc00 && unit <= 0xdfff ? at - 2 : at - 1);
}
