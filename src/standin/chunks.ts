/** A draft cut into the deltas of a stream, or put together as one message, in a profile's dialect. */
import type { Draft, DraftCall } from './draft.ts';
import type { Faults } from './faults.ts';
import type { Profile } from './profiles.ts';
import { pieces } from './tokens.ts';

export type Delta = Record<string, unknown>;

/** One delta for about one token, as engines stream. */
export function deltas(draft: Draft, profile: Profile, faults: Faults): Delta[] {
  const list: Delta[] = [{ role: 'assistant', content: faults.has('emptyContentList') ? [] : '' }];
  const leak = faults.get('markup');
  const cut = (text: string, where: 'reasoning' | 'content') =>
    leak?.split && leak.where === where ? [...text] : pieces(text);
  if (faults.has('emptyReasoning')) list.push(reasoningFields('', profile));
  for (const text of cut(draft.reasoning, 'reasoning')) list.push(reasoningFields(text, profile));
  for (const text of cut(draft.text, 'content')) list.push({ content: text });
  const calls = draft.calls.map((call, index) => callDeltas(call, index, faults));
  for (const delta of faults.has('interleaved') ? interleave(calls) : calls.flat())
    list.push({ tool_calls: [delta] });
  return list;
}

export function message(draft: Draft, profile: Profile, faults: Faults): Delta {
  return {
    role: 'assistant',
    content: faults.has('emptyContentList') ? [] : draft.text || (draft.calls.length ? null : ''),
    ...(profile.writesReasoning.length ? reasoningFields(draft.reasoning, profile) : {}),
    ...(draft.calls.length
      ? {
          tool_calls: draft.calls.map(({ id, name, arguments: json }) => ({
            ...(faults.get('callIds')?.how === 'absent' ? {} : { id }),
            type: 'function',
            function: { name, arguments: json },
          })),
        }
      : {}),
  };
}

function reasoningFields(text: string, profile: Profile): Delta {
  const fields: Delta = {};
  for (const key of profile.writesReasoning)
    fields[key] =
      key === 'reasoning_details' ? [{ type: 'reasoning.text', text, format: null, index: 0 }] : text;
  return fields;
}

function callDeltas(call: DraftCall, index: number, faults: Faults): Delta[] {
  const how = faults.get('arguments')?.how;
  const fragments =
    how === 'whole'
      ? [call.arguments]
      : how === 'perCharacter'
        ? [...call.arguments]
        : pieces(call.arguments);
  const ids = faults.get('callIds')?.how;
  const nameLast = faults.has('argumentsBeforeName');
  const list: { id?: string; type?: string; function: { name?: string; arguments: string } }[] = [
    { type: 'function', function: { arguments: '' } },
    ...fragments.map(text => ({ function: { arguments: text } })),
  ];
  if (nameLast) list.push({ function: { arguments: '' } });
  if (ids !== 'absent') (ids === 'late' ? list.at(-1)! : list[0]!).id = call.id;
  (nameLast ? list.at(-1)! : list[0]!).function.name = call.name;
  return list.map(delta => (faults.has('noIndex') ? delta : { index, ...delta }));
}

function interleave(lists: readonly Delta[][]): Delta[] {
  const longest = Math.max(0, ...lists.map(list => list.length));
  const turns = Array.from({ length: longest }, (_, at) => at);
  return turns.flatMap(at => lists.flatMap(list => list.slice(at, at + 1)));
}
