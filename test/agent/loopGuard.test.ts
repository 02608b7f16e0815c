import { describe, expect, it } from 'vitest';
import { GoingInCircles } from '../../src/agent/loopGuard.ts';
import { runTurn } from '../../src/agent/runTurn.ts';
import type { ModelDelta } from '../../src/model/client.ts';
import type { Message, ToolCall } from '../../src/protocol/message.ts';
import { call, fakeTool, reply, results, scriptedModel, stage } from './fakes.ts';

const answer: ModelDelta[] = [reply({ text: 'Done.' })];
/** Replies of these calls, one after the other, then the answer. */
const script = (steps: ToolCall[][]) =>
  scriptedModel([...steps.map(calls => [reply({ calls })] as ModelDelta[]), answer]);
const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const counter = (outcome: (run: number) => string = () => 'same') => {
  const made = { runs: 0 };
  const tool = fakeTool('act', async () => ({ isError: false, content: outcome(++made.runs) }));
  return { made, tool };
};
const texts = (events: Parameters<typeof results>[0]) => results(events).map(r => r.content);

describe('the same call again and again', () => {
  it('is pointed out from the third time on, and ends the turn at the twelfth', async () => {
    const { made, tool } = counter();
    const s = await stage(script(times(20, i => [call(`c${i}`, 'act', { n: 1 })])), [tool]);
    await expect(runTurn(s.input)).rejects.toThrow(GoingInCircles);
    expect(made.runs).toBe(12);
    const told = texts(s.events);
    expect(told.slice(0, 2)).toEqual(['same', 'same']);
    expect(told[2]).toContain('3 times in a row');
    expect(told[11]).toContain('12 times in a row');
    expect(s.state.history.openCalls()).toEqual([]);
  });

  it('is the same with its keys in another order, also beside others that repeat', async () => {
    const pair = (i: number) => [
      call(`a${i}`, 'act', i % 2 ? '{"n":1,"m":[2,{"x":1,"y":2}]}' : '{ "m":[2,{"y":2,"x":1}], "n":1 }'),
      call(`b${i}`, 'other'),
    ];
    const { tool } = counter();
    const other = fakeTool('other', async () => ({ isError: true, content: 'no' }));
    const s = await stage(script(times(20, pair)), [tool, other]);
    await expect(runTurn(s.input)).rejects.toThrow(GoingInCircles);
    expect(results(s.events)).toHaveLength(24);
  });

  it('is no loop while its outcome changes, or while other work goes on beside it', async () => {
    const { made, tool } = counter(run => `poll ${run}`);
    const poll = await stage(script(times(20, i => [call(`c${i}`, 'act')])), [tool]);
    expect(await runTurn(poll.input)).toBe('done');
    expect(made.runs).toBe(20);
    expect(texts(poll.events).join()).not.toContain('in a row');

    const same = counter();
    const steps = times(20, i => [call(`c${i}`, 'act'), call(`w${i}`, 'work', { n: i })]);
    const work = fakeTool('work', async () => ({ isError: false, content: 'ok' }));
    const busy = await stage(script(steps), [same.tool, work]);
    expect(await runTurn(busy.input)).toBe('done');
  });

  it('counts anew after another call, and after a word from the person', async () => {
    const { tool } = counter();
    const other = fakeTool('other', async () => ({ isError: false, content: 'ok' }));
    const steps = times(20, i => [i % 3 === 2 ? call(`c${i}`, 'other', { n: i }) : call(`c${i}`, 'act')]);
    const s = await stage(script(steps), [tool, other]);
    expect(await runTurn(s.input)).toBe('done');
    expect(texts(s.events).join()).not.toContain('in a row');

    const heard = counter();
    const model = scriptedModel([
      ...times(20, i => async (_: readonly Message[]) => {
        if (i % 2)
          await steered.emit({ type: 'user.message', turn: 't', text: 'on', context: [], steer: true });
        return [reply({ calls: [call(`c${i}`, 'act')] })] as ModelDelta[];
      }),
      answer,
    ]);
    const steered = await stage(model, [heard.tool]);
    expect(await runTurn(steered.input)).toBe('done');
    expect(heard.made.runs).toBe(20);
  });

  it('counts on in a turn that was cut off: the history alone knows', async () => {
    const { made, tool } = counter();
    const s = await stage(script(times(20, i => [call(`c${i}`, 'act')])), [tool], { maxSteps: 8 });
    expect(await runTurn(s.input)).toBe('stepLimit');
    s.input.turn.maxSteps = 300;
    await expect(runTurn(s.input)).rejects.toThrow(GoingInCircles);
    expect(made.runs).toBe(12);
  });
});

describe('the same call twice in one reply', () => {
  it('runs once, and both have a result', async () => {
    const { made, tool } = counter();
    const twins = [call('a', 'act', '{"n":1}'), call('b', 'act', '{ "n": 1 }'), call('c', 'act', '{"n":2}')];
    const s = await stage(script([twins]), [tool]);
    expect(await runTurn(s.input)).toBe('done');
    expect(made.runs).toBe(2);
    expect(texts(s.events)).toEqual(['same', expect.stringContaining('Not run a second time'), 'same']);
  });

  it('runs once also when the window closed between the two', async () => {
    const { made, tool } = counter();
    const s = await stage(scriptedModel([answer]), [tool]);
    const calls = [call('a', 'act'), call('b', 'act')];
    const { message, usage, timing } = reply({ calls });
    await s.emit({ type: 'assistant.message', turn: 't', step: 1, message, usage, contextWindow: 1, timing });
    await s.emit({ type: 'tool.result', callId: 'a', isError: false, content: 'same', durationMs: 1 });
    expect(await runTurn(s.input)).toBe('done');
    expect(made.runs).toBe(0);
  });

  it('runs again after something between them was changed', async () => {
    const seen = counter();
    const look = fakeTool('look', async () => ({ isError: false, content: 'seen' }), { readOnly: true });
    const calls = [call('a', 'look'), call('b', 'act'), call('c', 'look'), call('d', 'look')];
    const s = await stage(script([calls]), [seen.tool, look]);
    await runTurn(s.input);
    const told = s.state.history.messages().flatMap(m => (m.role === 'tool' ? [m.text] : []));
    expect(told).toEqual(['seen', 'same', 'seen', expect.stringContaining('Not run')]);
  });
});
