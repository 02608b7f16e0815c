/** The guard by tables: which rows of steps are circles, and what is said and done at which of them. */
import { describe, expect, it } from 'vitest';
import { LAPS, LoopGuard, SAME, STALE } from '../../src/agent/loopGuard.ts';
import type { NewEvent, SessionEvent } from '../../src/protocol/events.ts';
import { call, reply } from './fakes.ts';

/** One step: calls with their outcomes; `writes` is the content that a call brought `a.ts` to. */
type Step = { name: string; args?: unknown; outcome: string; writes?: string }[];
const one = (name: string, outcome = 'same', args?: unknown): Step => [{ name, outcome, args }];

interface Played {
  /** The step after which the turn pauses, 1-based; undefined when it goes on. */
  paused: number | undefined;
  why: string | undefined;
  remarks: { step: number; text: string }[];
}

/** Plays steps as a turn does, until the guard pauses it. `before(i)`: what else happens before step i. */
function play(steps: Step[], before: (step: number) => NewEvent[] = () => []): Played {
  const guard = new LoopGuard();
  let seq = 0;
  const apply = (event: NewEvent) => guard.apply({ ...event, seq: seq++, at: 0 } as SessionEvent);
  const remarks: Played['remarks'] = [];
  apply({ type: 'turn.started', turn: 't', maxSteps: 300 });
  for (const [index, step] of steps.entries()) {
    for (const event of before(index + 1)) apply(event);
    const calls = step.map(({ name, args }, i) => call(`${index}.${i}`, name, args));
    const { message, usage, timing } = reply({ calls });
    apply({
      type: 'assistant.message',
      turn: 't',
      step: index + 1,
      message,
      usage,
      timing,
      contextWindow: 1,
    });
    for (const [i, { outcome, writes }] of step.entries()) {
      const callId = calls[i]!.id;
      if (writes !== undefined)
        apply({
          type: 'tool.intent',
          callId,
          effects: [{ kind: 'file', path: '/a.ts', before: null, after: writes }],
        });
      const text = guard.remark(calls[i]!, outcome);
      if (text) remarks.push({ step: index + 1, text });
      apply({ type: 'tool.result', callId, isError: false, content: outcome + text, durationMs: 0 });
    }
    const why = guard.stuck();
    if (why) return { paused: index + 1, why, remarks };
  }
  return { paused: undefined, why: undefined, remarks };
}
const row = (length: number, step: (i: number) => Step): Step[] => Array.from({ length }, (_, i) => step(i));

describe('cycles', () => {
  it.each(Array.from({ length: 19 }, (_, i) => i + 2))('of %i steps', period => {
    const { paused, why, remarks } = play(row(300, i => one(`tool${i % period}`)));
    // Long ones are known for going nowhere before they were gone through so often.
    expect(paused).toBe(Math.min(LAPS.pause * period, period + STALE.pause));
    expect(why).toMatch(/went in circles: \d times over, tool/);
    // Told at least twice before, and asked for a new plan.
    expect(remarks.length).toBeGreaterThan(2);
    expect(remarks[0]?.text).toMatch(/going in circles: [23] times over, tool.*try another way|Nothing new/);
    expect(remarks.at(-2)?.text).toContain('update_plan');
  });

  it('of two steps: reminded at the end of the third lap, asked for a plan from the fourth on', () => {
    const { remarks } = play(row(300, i => one(`tool${i % 2}`)));
    expect(remarks.map(r => r.step)).toEqual([6, 8, 10, 12]);
    expect(remarks[0]?.text).toMatch(/going in circles: 3 times over, tool0, then tool1.*try another way/);
    expect(remarks[1]?.text).toMatch(/update_plan.*the turn is paused/);
  });

  it('of one step: reminded at the third, asked for a plan at the sixth, paused at the twelfth', () => {
    const { paused, remarks } = play(row(300, () => one('read')));
    expect(paused).toBe(SAME.pause);
    expect(remarks.map(r => r.step)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(remarks.map(r => r.text.includes('update_plan'))).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
      true,
      true,
      true,
      true,
    ]);
  });

  it.each([
    ['the same step twice in it', ['a', 'a', 'b'], 3],
    ['a shorter cycle in it', ['a', 'b', 'a', 'b', 'c'], 5],
  ])('with %s', (_, names, period) => {
    expect(play(row(300, i => one(names[i % names.length]!))).paused).toBe(LAPS.pause * period);
  });

  it('that begin after other work', () => {
    const steps = row(300, i => (i < 57 ? one('work', `${i}`) : one(`tool${i % 7}`)));
    expect(play(steps).paused).toBe(57 + 7 + STALE.pause);
  });

  it('are the same whatever the order of calls within a step, and of keys within a call', () => {
    const a = (i: number) => ({
      name: 'a',
      outcome: 'x',
      args: i % 4 ? '{"n":1,"m":2}' : '{"m":2, "n":1}',
    });
    const b = { name: 'b', outcome: 'y' };
    const steps = row(300, i => (i % 2 ? one('c') : i % 4 ? [a(i), b] : [b, a(i)]));
    expect(play(steps).paused).toBe(LAPS.pause * 2);
  });

  it('name what they go through', () => {
    const steps = row(300, i => (i % 2 ? one('read_file', 'x', { path: 'src/a.ts' }) : one('diagnostics')));
    expect(play(steps).why).toBe(
      'The model went in circles: 6 times over, diagnostics, then read_file src/a.ts, each time with the same outcomes.',
    );
  });
});

describe('no cycle', () => {
  it('is a poll whose output changes, alone or among others', () => {
    expect(play(row(300, i => one('poll', `${i} of 300`)))).toMatchObject({ paused: undefined, remarks: [] });
    const among = row(300, i => (i % 3 ? one(`tool${i % 3}`) : one('poll', `${i} of 300`)));
    expect(play(among)).toMatchObject({ paused: undefined, remarks: [] });
  });

  it('is work that never repeats itself', () => {
    expect(play(row(300, i => one('read', `file ${i}`, { n: i })))).toMatchObject({
      paused: undefined,
      remarks: [],
    });
  });

  it('is a cycle that a word from the person, or an answer, comes between', () => {
    const steps = row(300, i => one(`tool${i % 3}`));
    const word: NewEvent = { type: 'user.message', turn: 't', text: 'on', context: [], steer: true };
    const answer: NewEvent = { type: 'question.answered', callId: 'q', answer: 'on' };
    for (const event of [word, answer])
      expect(play(steps, step => (step % 8 ? [] : [event]))).toMatchObject({
        paused: undefined,
        remarks: [],
      });
  });

  it('is left of one that the person let go on: it is counted anew', () => {
    const goOn: NewEvent = { type: 'turn.started', turn: 'u', maxSteps: 300 };
    const { paused } = play(
      row(300, () => one('read')),
      step => (step === 12 ? [goOn] : []),
    );
    expect(paused).toBe(11 + SAME.pause);
  });
});

describe('nothing new', () => {
  const numbers: number[] = [];
  for (let i = 0; i < 300; i++) numbers.push(((numbers.at(-1) ?? 12345) * 1103515245 + 12345) % 2 ** 31);
  /** Chance, the same each time. */
  const chance = (i: number, below: number) => Math.floor((numbers[i]! / 2 ** 31) * below);

  it('for long: reminded, asked for a plan, paused, though nothing is periodic', () => {
    const { paused, why, remarks } = play(row(300, i => one('read', 'x', { n: chance(i, 6) })));
    expect(why).toContain('learnt and changed nothing new in its last 30 steps');
    expect(paused).toBeLessThan(60);
    const told = remarks.filter(r => r.text.includes('Nothing new has come'));
    expect(told.map(r => paused! - r.step)).toEqual([20, 15, 10, 5, 0]);
    expect(told.map(r => r.text.includes('update_plan'))).toEqual([false, false, true, true, true]);
  });

  it('is what a new plan alone brings, and what a file brings that goes to and fro', () => {
    const plans = row(300, i => [
      { name: 'read', outcome: 'x', args: { n: chance(i, 6) } },
      { name: 'update_plan', outcome: 'shown', args: { n: i } },
    ]);
    expect(play(plans).why).toContain('nothing new');
    const edits = row(300, i => [
      { name: 'edit', outcome: 'Edited', args: { n: chance(i, 6) }, writes: `state ${chance(i, 6)}` },
    ]);
    expect(play(edits).why).toContain('nothing new');
  });

  it('is not: a file in a new state, an outcome not seen before, or looking again after room was made', () => {
    const same = (i: number) => ({ name: 'read', outcome: 'x', args: { n: chance(i, 6) } });
    const edits = row(300, i => [
      same(i),
      ...(i % 9 ? [] : [{ name: 'edit', outcome: 'Edited', args: { n: 1 }, writes: `state ${i}` }]),
    ]);
    expect(play(edits).why).toBeUndefined();
    const outcomes = row(300, i => [same(i), ...(i % 9 ? [] : [{ name: 'test', outcome: `run ${i}` }])]);
    expect(play(outcomes).why).toBeUndefined();
    const trimmed: NewEvent = { type: 'context.trimmed', results: 1, tokens: 1 };
    expect(
      play(
        row(300, i => one('read', 'x', { n: chance(i, 6) })),
        step => (step % 9 ? [] : [trimmed]),
      ),
    ).toMatchObject({ paused: undefined });
  });

  it('needs fewer steps to be told than to be paused', () => {
    expect(STALE.remind).toBeLessThan(STALE.replan);
    expect(STALE.replan).toBeLessThan(STALE.pause);
  });
});

it('reads of one step that end at the same moment still make a cycle that is told', () => {
  // Both results are remarked on before either is recorded.
  const guard = new LoopGuard();
  let seq = 0;
  const apply = (event: NewEvent) => guard.apply({ ...event, seq: seq++, at: 0 } as SessionEvent);
  const told: string[] = [];
  for (let i = 0; i < 6; i++) {
    const calls = [call(`${i}a`, 'read', { n: i % 2 }), call(`${i}b`, 'find', { n: i % 2 })];
    const { message, usage, timing } = reply({ calls });
    apply({ type: 'assistant.message', turn: 't', step: i + 1, message, usage, timing, contextWindow: 1 });
    const texts = calls.map(c => guard.remark(c, 'x'));
    told.push(texts.join(''));
    for (const [n, { id }] of calls.entries())
      apply({ type: 'tool.result', callId: id, isError: false, content: `x${texts[n]}`, durationMs: 0 });
  }
  expect(told.slice(0, 5).join('')).toBe('');
  expect(told[5]).toContain('going in circles: 3 times over, read and find, then read and find');
});
