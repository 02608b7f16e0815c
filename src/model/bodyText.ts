/**
 * A request's body as JSON text. Messages that are the same objects as in an earlier request are not written again: a
 * session sends all of its history at each step, and step 300 should not pay for the 299 before.
 */
import { asArray, asObject, type Json } from './json.ts';

const written = new WeakMap<object, string>();

/** Objects in `messages` must never change once they were given. */
export function bodyText({ messages, ...rest }: Json): string {
  const texts = asArray(messages).map(message => {
    const object = asObject(message);
    let text = object && written.get(object);
    if (text === undefined) {
      text = JSON.stringify(message);
      if (object) written.set(object, text);
    }
    return text;
  });
  return JSON.stringify({ ...rest, messages: [] }).replace(/\]\}$/, () => `${texts.join()}]}`);
}
