/**
 * What a backend's own parsers missed: tool calls written as control tokens into reasoning or text, and thinking left
 * inline between think tags. Calls are lifted out, thinking goes to its channel, and no token reaches the screen.
 */
import { mendArguments } from './arguments.ts';
import { nameInId } from './calls.ts';
import { createGuard, createLexer, type Piece } from './markup.ts';

export type Channel = 'reasoning' | 'text';
export type Shown =
  | { channel: Channel; text: string }
  /** A closing think tag without an opening one: all text so far was thinking. */
  | { channel: 'reclassify' };

export interface LiftedCall {
  name: string;
  arguments: string;
}

export interface Lifter {
  push(channel: Channel, text: string): Shown[];
  /** The stream is over: what was held back, and the last call if it is whole. */
  end(): Shown[];
  readonly calls: readonly LiftedCall[];
  /** Calls that began and never became one. */
  readonly broken: number;
  /** The call being written now, for showing. */
  readonly writing: { name: string; bytes: number } | undefined;
}

/** Longer than any id: what follows a lone call token is then prose about tokens. */
const LONGEST_ID = 300;

/** For one reply. */
export function createLifter(): Lifter {
  // One for each: were the channels to alternate, half a token must not be taken for text.
  const lexers = { reasoning: createLexer(), text: createLexer() };
  const guards = { reasoning: createGuard(), text: createGuard() };
  const calls: LiftedCall[] = [];
  let broken = 0;
  let channel: Channel = 'reasoning';
  let shown: Shown[] = [];

  let reasoningSeen = false;
  let textSeen = false;
  let thinking: 'none' | 'open' | 'closed' = 'none';
  /** Blanks between a think tag and the answer belong to neither. */
  let trim = false;

  let inSection = false;
  let mode: 'plain' | 'id' | 'arguments' = 'plain';
  let began: Channel = 'reasoning';
  let id = '';
  let args = '';

  const show = (text: string) => {
    const target = channel === 'text' && thinking === 'open' ? 'reasoning' : channel;
    const visible = guards[target](trim && target === 'text' ? text.trimStart() : text);
    if (!visible) return;
    if (target === 'text') {
      trim = false;
      textSeen ||= visible.trim() !== '';
    } else reasoningSeen ||= channel === 'reasoning' && visible.trim() !== '';
    shown.push({ channel: target, text: visible });
  };

  const closeCall = (complete: boolean) => {
    const name = nameInId(id);
    if (mode === 'id') {
      if (name && inSection && complete) calls.push({ name, arguments: '{}' });
      else if (inSection && !/\S\s+\S/.test(id)) broken++;
      else {
        const here = channel;
        channel = began;
        show(id);
        channel = here;
      }
    } else if (mode === 'arguments') {
      const mended = mendArguments(args);
      if (name && (complete || mended.valid)) calls.push({ name, arguments: mended.text.trim() });
      else broken++;
    }
    mode = 'plain';
    id = args = '';
  };

  const readText = (text: string) => {
    if (mode === 'arguments') args += text;
    else if (mode === 'id') {
      id += text;
      const brace = id.indexOf('{');
      if (brace >= 0 && nameInId(id.slice(0, brace))) {
        // The token between id and arguments was lost.
        args = id.slice(brace);
        id = id.slice(0, brace);
        mode = 'arguments';
      } else if (id.length > LONGEST_ID) {
        inSection = false;
        closeCall(false);
      }
    } else if (!inSection || text.trim()) show(text);
  };

  const readThinkTag = (piece: Piece) => {
    const opens = piece.token === 'thinkBegin';
    if (channel === 'reasoning' || reasoningSeen) {
      // The field already carries the thinking; a closing tag in front of the answer is a leftover.
      const leftover = channel === 'text' && !opens && !textSeen;
      if (!leftover) show(piece.text);
    } else if (opens && !textSeen && thinking === 'none') thinking = 'open';
    else if (!opens && thinking !== 'closed') {
      if (thinking === 'none' && textSeen) shown.push({ channel: 'reclassify' });
      thinking = 'closed';
      textSeen = false;
      trim = true;
    } else show(piece.text);
  };

  const read = (piece: Piece) => {
    switch (piece.token) {
      case undefined:
        return readText(piece.text);
      case 'thinkBegin':
      case 'thinkEnd':
        return mode === 'plain' ? readThinkTag(piece) : readText(piece.text);
      case 'sectionBegin':
      case 'sectionEnd':
        closeCall(true);
        inSection = piece.token === 'sectionBegin';
        return;
      case 'callBegin':
        closeCall(true);
        mode = 'id';
        began = channel;
        return;
      case 'argumentBegin':
        if (mode === 'id') mode = 'arguments';
        return;
      case 'callEnd':
        return closeCall(true);
      case 'frame':
        // Inside arguments it is part of what is written.
        if (mode === 'arguments' && !mendArguments(args).valid) args += piece.text;
    }
  };

  const take = (): Shown[] => {
    const taken = shown;
    shown = [];
    return taken;
  };

  return {
    calls,
    get broken() {
      return broken;
    },
    get writing() {
      return mode === 'arguments' ? { name: nameInId(id) ?? '', bytes: args.length } : undefined;
    },
    push(next, text) {
      channel = next;
      lexers[next].push(text).forEach(read);
      return take();
    },
    end() {
      for (const each of ['reasoning', 'text'] as const) {
        channel = each;
        lexers[each].flush().forEach(read);
      }
      closeCall(false);
      return take();
    },
  };
}
