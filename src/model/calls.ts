/** Structured tool calls, put together from fragments in any order and with any field missing. */
import type { ToolCall } from '../protocol/message.ts';
import type { CallFragment } from './chunk.ts';
import { parseJson } from './json.ts';

/** A call as far as it is written. */
export interface Slot {
  /** Of the call within its reply, from 0; some engines leave it out. */
  index: number | undefined;
  id: string;
  name: string;
  arguments: string;
}

export interface CallSlots {
  /** Returns the call that the fragment went to, and its position. */
  push(fragment: CallFragment): { slot: Slot; position: number };
  /** In call order. */
  all(): Slot[];
}

/** Empty, for one reply. */
export function createCallSlots(): CallSlots {
  const slots: Slot[] = [];

  /** By id, else by index, else (a fragment that names neither) the call that is being written. */
  const find = (f: CallFragment): Slot | undefined => {
    const slot =
      (f.id ? slots.findLast(s => s.id === f.id && s.index === f.index) : undefined) ??
      (f.index === undefined ? slots.at(-1) : slots.findLast(s => s.index === f.index));
    return slot && beginsAnother(f, slot) ? undefined : slot;
  };

  return {
    push(fragment) {
      let slot = find(fragment);
      if (!slot) {
        slot = { index: fragment.index, id: '', name: '', arguments: '' };
        slots.push(slot);
      }
      if (!repeats(fragment, slot)) slot.arguments += fragment.arguments ?? '';
      slot.id ||= fragment.id ?? '';
      slot.name ||= fragment.name ?? '';
      return { slot, position: slots.indexOf(slot) };
    },
    all: () =>
      slots.every(s => s.index !== undefined) ? slots.toSorted((a, b) => a.index! - b.index!) : slots,
  };
}

/** Looked at for each fragment that names its call again, so the cheap test comes first. */
const isComplete = (slot: Slot) => slot.arguments.endsWith('}') && parseJson(slot.arguments) !== undefined;

/** Some engines send the whole call once more at its end. */
const repeats = (f: CallFragment, slot: Slot) =>
  f.name === slot.name && f.arguments === slot.arguments && isComplete(slot);

/**
 * Backends that give all calls the same index (or none): another call begins with another id, another name, or with
 * the same name once the arguments before are complete.
 */
function beginsAnother(fragment: CallFragment, last: Slot): boolean {
  const otherId = fragment.id !== undefined && last.id !== '' && fragment.id !== last.id;
  if (otherId && (fragment.name || fragment.index === undefined)) return true;
  if (!fragment.name || !last.name) return false;
  if (fragment.name !== last.name) return true;
  return !!fragment.arguments && isComplete(last) && !repeats(fragment, last);
}

const ID = /^\s*(?:functions\.)?([^\s:{]+?)(?::(\d+))?\s*$/;

/** The name inside `functions.NAME:IDX`, `NAME:IDX` or a bare name; blanks and line ends around it are forgiven. */
export function nameInId(id: string): string | undefined {
  return ID.exec(id)?.[1];
}

/** A name as it was declared, from a name or an id: without prefix, counter and the markers that leak around it. */
export function cleanName(name: string): string {
  const bare = name.split('<|')[0] ?? '';
  return nameInId(bare) ?? bare.trim();
}

/**
 * Gives a call an id that the session has not seen: backends repeat `Read:0` in each step, or send none. The given
 * one stays where it can, because a hosted backend wants it back as it was.
 */
export function uniqueId(call: Omit<ToolCall, 'id'>, given: string, used: Set<string>): string {
  const base = given.trim() || `functions.${call.name}:${used.size}`;
  let id = base;
  for (let n = 2; used.has(id); n++) id = `${base}__${n}`;
  used.add(id);
  return id;
}
