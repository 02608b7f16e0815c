/** A run that outgrows a small window again and again, through the real client and tools; only the words are scripted. */
import { expect, it } from 'vitest';
import type { SessionEvent } from '../../src/protocol/events.ts';
import { longRun } from '../../src/standin/scenarios/longRun.ts';
import { summary } from '../../src/standin/scenarios/summary.ts';
import type { Scenario } from '../../src/standin/script.ts';
import { generateTree, writeTree } from '../../src/standin/tree.ts';
import { bodies, session } from '../traps/field.ts';

const STEPS = 90;
const both: Scenario = {
  ...longRun,
  matches: () => true,
  next: conversation => (summary.matches(conversation.task) ? summary : longRun).next(conversation),
};

it('goes on to its last step: outputs set aside, summaries, and what is gone looked up with recall', async () => {
  const played = await session({ profile: 'moonshot', contextWindow: 14_000, scenario: both });
  writeTree(played.shop.work, generateTree(40));
  await played.session.send(`long run, ${STEPS} steps`);
  await played.session.settled();
  const events = await played.events();
  expect(events.at(-1)).toMatchObject({ type: 'turn.ended', reason: 'done' });
  const count = (type: SessionEvent['type']) => events.filter(e => e.type === type).length;
  expect(count('step.started')).toBe(STEPS);
  expect(count('context.trimmed')).toBeGreaterThan(1);
  expect(count('context.summarised')).toBeGreaterThan(1);
  const recalls = events.flatMap(e =>
    e.type === 'assistant.message' ? e.message.toolCalls.filter(call => call.name === 'recall') : [],
  );
  expect(recalls.length).toBeGreaterThan(1);
  const failed = events.filter(e => e.type === 'tool.result' && e.isError);
  expect(failed).toEqual([]);

  // No request was refused, none over the window, and what was paid is in the ledger.
  const { requests } = played.standin;
  expect(requests.filter(r => r.status !== 200)).toEqual([]);
  expect(Math.max(...requests.map(r => r.promptTokens))).toBeLessThan(14_000);
  const { total } = played.session.transcript.head;
  expect(total.promptTokens).toBe(requests.reduce((sum, r) => sum + r.promptTokens, 0));

  // Byte for byte, each step's request begins with the one before, but where room was made.
  const asks = (body: { messages: { content?: unknown }[] }) =>
    String(body.messages.at(-1)?.content).includes('Room has to be made in the context.');
  const steps = bodies(played.standin).filter(body => !asks(body));
  expect(steps).toHaveLength(STEPS);
  const texts = steps.map(({ messages }) => JSON.stringify(messages).slice(0, -1));
  const made = new Set<number>();
  let step = 0;
  for (const e of events) {
    if (e.type === 'step.started') step = e.step;
    if (e.type.startsWith('context.')) made.add(step);
  }
  const changed = texts.flatMap((text, i) => (i > 0 && !text.startsWith(texts[i - 1]!) ? [i] : []));
  expect(changed).toEqual([...made].sort((a, b) => a - b));
  // Tools and system prompt never change.
  expect(new Set(steps.map(({ tools, messages }) => JSON.stringify([tools, messages[0]]))).size).toBe(1);
});
