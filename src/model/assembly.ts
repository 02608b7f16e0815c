/**
 * Chunks in, deltas for the screen out, and at the end the whole reply or the reason why there is none. No I/O, no
 * clock: everything a stream can do wrong is judged here and can be tested with plain data.
 */
import type { AssistantMessage, ToolCall, Usage } from '../protocol/message.ts';
import { mendArguments } from './arguments.ts';
import { type Begun, BudgetSpent } from './budgetSpent.ts';
import { cleanName, createCallSlots, uniqueId } from './calls.ts';
import type { CallFragment, Chunk, ReasoningKey } from './chunk.ts';
import { type Finish, type ModelDelta, ModelError } from './client.ts';
import { mergeDetails } from './details.ts';
import { createLifter, type Shown } from './lift.ts';

export type ShownDelta = Extract<ModelDelta, { type: 'reasoning' | 'text' | 'call' }>;

export interface Assembled {
  message: AssistantMessage;
  finish: Finish;
  /** Absent when the backend told none. */
  usage: Usage | undefined;
  reasoningKey: ReasoningKey | undefined;
  repairs: string[];
}

export interface Assembly {
  push(chunk: Chunk): ShownDelta[];
  /**
   * `done`: the backend said `[DONE]`. Ids come out unique against `used`, which they join.
   * Throws ModelError when the stream was cut, or held no answer.
   */
  end(done: boolean, used: Set<string>): Assembled;
}

/** Where the positions of lifted calls begin, for showing: no reply has as many structured ones. */
const LIFTED = 1000;

/** `begun`: the part of the reply that this stream continues. */
export function createAssembly(begun?: Begun): Assembly {
  const slots = createCallSlots();
  const lifter = createLifter();
  let reasoning = begun?.reasoning;
  let reasoningKey: ReasoningKey | undefined;
  let details: unknown[] = [];
  let text = begun?.text ?? '';
  let finish: string | undefined;
  let usage: Usage | undefined;

  const showAll = (list: Shown[]): ShownDelta[] => {
    const deltas: ShownDelta[] = [];
    for (const shown of list) {
      if (shown.channel === 'reclassify') {
        reasoning = (reasoning ?? '') + text;
        text = '';
        continue;
      }
      if (shown.channel === 'text') text += shown.text;
      else reasoning = (reasoning ?? '') + shown.text;
      deltas.push({ type: shown.channel, text: shown.text });
    }
    const { writing } = lifter;
    if (writing) deltas.push({ type: 'call', index: LIFTED + lifter.calls.length, ...writing });
    return deltas;
  };

  const showCall = (fragment: CallFragment): ShownDelta => {
    const { slot, position } = slots.push(fragment);
    return { type: 'call', index: position, name: cleanName(slot.name), bytes: slot.arguments.length };
  };

  return {
    push(chunk) {
      const deltas: ShownDelta[] = [];
      if (chunk.reasoning) {
        reasoningKey ??= chunk.reasoning.key;
        reasoning ??= '';
        deltas.push(...showAll(lifter.push('reasoning', chunk.reasoning.text)));
      }
      if (chunk.details.length) details = mergeDetails(details, chunk.details);
      if (chunk.text) deltas.push(...showAll(lifter.push('text', chunk.text)));
      deltas.push(...chunk.calls.map(showCall));
      finish = chunk.finish ?? finish;
      usage = chunk.usage ?? usage;
      return deltas;
    },

    end(done, used) {
      if (!done && finish === undefined)
        throw new ModelError('network', 'The connection broke before the reply was complete.');
      showAll(lifter.end());
      const repairs: string[] = [];
      if (finish === undefined) repairs.push('The backend did not say why the reply ended.');
      const lifted = liftedCalls(lifter.calls, used, repairs);
      const toolCalls = [...lifted, ...structuredCalls(slots.all(), lifted, used, repairs)];
      const answer = lifter.calls.length ? text.trimEnd() : text;
      requireAnswer({ reasoning: reasoning ?? '', text: answer }, toolCalls, finish, lifter.broken > 0);
      const message: AssistantMessage = {
        role: 'assistant',
        ...(reasoning !== undefined && { reasoning }),
        ...(details.length > 0 && { reasoningDetails: details }),
        text: answer.trim() ? answer : '',
        toolCalls,
      };
      return { message, finish: finishOf(finish, toolCalls), usage, reasoningKey, repairs };
    },
  };
}

function liftedCalls(
  found: readonly { name: string; arguments: string }[],
  used: Set<string>,
  repairs: string[],
): ToolCall[] {
  if (found.length) repairs.push(`Read ${count(found.length)} from control tokens in the text.`);
  return found.map(call => ({ id: uniqueId(call, '', used), ...call }));
}

function structuredCalls(
  slots: ReturnType<ReturnType<typeof createCallSlots>['all']>,
  lifted: readonly ToolCall[],
  used: Set<string>,
  repairs: string[],
): ToolCall[] {
  const calls: ToolCall[] = [];
  let anonymous = 0;
  for (const slot of slots) {
    const name = cleanName(slot.name) || cleanName(slot.id);
    if (!name) {
      repairs.push('Dropped a tool call without a name.');
      continue;
    }
    const mended = mendArguments(slot.arguments);
    if (mended.repaired) repairs.push(`Mended the arguments of ${name}.`);
    // A backend may both leak a call and parse it.
    if (lifted.some(c => c.name === name && c.arguments === mended.text)) continue;
    if (!slot.id.trim()) anonymous++;
    const call = { name, arguments: mended.text };
    calls.push({ id: uniqueId(call, slot.id, used), ...call });
  }
  if (anonymous) repairs.push(`Gave ${count(anonymous)} the id that the backend left out.`);
  return calls;
}

const count = (n: number) => (n === 1 ? '1 tool call' : `${n} tool calls`);

/**
 * A reply of nothing but thinking is no answer: stored, it would end the turn in silence, and make the chat template
 * drop all earlier thinking. So is one that promised tool calls and brought none.
 */
function requireAnswer(said: Begun, calls: ToolCall[], finish: string | undefined, broken: boolean): void {
  if (calls.length) return;
  const lost = broken || finish === 'tool_calls' || finish === 'function_call';
  if (said.text.trim() && !lost) return;
  if (finish === 'content_filter')
    throw new ModelError('badRequest', 'The backend withheld the reply as high risk.');
  if (finish === 'length') throw new BudgetSpent(said);
  if (lost) throw new ModelError('empty', 'The reply announced a tool call that did not arrive.');
  const thought = said.reasoning.trim() !== '';
  throw new ModelError('empty', thought ? 'The model thought, but gave no answer.' : 'The reply was empty.');
}

/** Calls count wherever they are; a budget that ran out amid the last one is told. */
function finishOf(finish: string | undefined, calls: ToolCall[]): Finish {
  const last = calls.at(-1);
  if (last) return finish === 'length' && !mendArguments(last.arguments).valid ? 'length' : 'toolCalls';
  if (finish === 'stop' || finish === 'length') return finish;
  return 'other';
}
