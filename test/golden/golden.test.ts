/**
 * Golden sessions: a script in, the session's log out, as text. A change of behaviour shows as a diff to read;
 * `UPDATE_GOLDEN=1` writes it anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { SessionEvent } from '../../src/protocol/events.ts';
import { ascent, sampleProject } from '../cli/ascent.ts';

it.each([
  ['fix-failing-test', 'make the failing test pass'],
  ['unknown', 'what is the weather like?'],
])('%s', async (name, task) => {
  const place = sampleProject();
  const run = await ascent(
    ['run', '--json', '--approve', 'all', '--base-url', 'standin:?speed=0', task],
    place,
  );
  const text = inCallOrder(run.events())
    .flatMap(event => linesOf(event, place.work))
    .join('\n');
  const file = path.join(import.meta.dirname, `${name}.txt`);
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, `${text}\n`);
  expect(`${text}\n`).toBe(readFileSync(file, 'utf8'));
});

/** Reads of one step overlap: what happens between two steps is listed call by call. */
function inCallOrder(events: SessionEvent[]): SessionEvent[] {
  const order = new Map<string, number>();
  let step = 0;
  const places = events.map(event => {
    if (event.type === 'step.started' || event.type === 'turn.ended') step += 1;
    if (event.type === 'assistant.message')
      for (const call of event.message.toolCalls) order.set(call.id, order.size);
    const call =
      'callId' in event ? order.get(event.callId)! : event.type === 'plan.updated' ? order.size : -1;
    return { event, step, call };
  });
  return places.sort((a, b) => a.step - b.step || a.call - b.call).map(place => place.event);
}

function linesOf(event: SessionEvent, work: string): string[] {
  const stable = (text: string) => text.replaceAll(work, 'WORK');
  const quote = (text: string) =>
    stable(text)
      .split('\n')
      .map(line => `    | ${line}`.trimEnd());
  switch (event.type) {
    case 'session.started':
      return [`session.started ${event.mode} tools: ${event.tools.map(t => t.name).join(' ')}`];
    case 'user.message':
      return ['user.message', ...quote(event.text)];
    case 'assistant.message': {
      const { reasoning, text, toolCalls } = event.message;
      return [
        'assistant.message',
        ...(reasoning ? ['  thinks', ...quote(reasoning)] : []),
        ...(text ? ['  says', ...quote(text)] : []),
        ...toolCalls.map(call => `  calls ${call.id} ${call.name} ${stable(call.arguments)}`),
      ];
    }
    case 'tool.planned':
      return [`tool.planned ${event.callId}: ${event.title.ask} ${event.title.object}`];
    case 'tool.decided':
      return [`tool.decided ${event.callId}: ${event.verdict} by ${event.by}`];
    case 'tool.intent':
      return [`tool.intent ${event.callId}: ${event.effects.map(effect => effect.kind).join(' ')}`];
    case 'tool.result':
      // What a command printed is the machine's; how it ended is ours.
      if (event.display?.kind === 'command')
        return [`tool.result ${event.callId}`, ...quote(event.content.trimEnd().split('\n').at(-1) ?? '')];
      return [`tool.result ${event.callId}${event.isError ? ' (error)' : ''}`, ...quote(event.content)];
    case 'plan.updated':
      return ['plan.updated', ...event.items.map(item => `    ${item.status}: ${item.text}`)];
    case 'turn.ended':
      return [`turn.ended ${event.reason}`];
    default:
      return [event.type];
  }
}
