import { describe, expect, it, vi } from 'vitest';
import { runTurn } from '../../src/agent/runTurn.ts';
import { StoppedByPerson, Unanswered } from '../../src/agent/seams.ts';
import { ModelError } from '../../src/model/client.ts';
import type { Offer } from '../../src/protocol/approvals.ts';
import type { NewEvent } from '../../src/protocol/events.ts';
import type { Decision } from '../../src/safety/policy.ts';
import { ToolFailure } from '../../src/tools/tool.ts';
import { call, fakeTool, reply, results, scriptedModel, stage, types } from './fakes.ts';

const ok =
  (content = 'ok') =>
  async () => ({ isError: false, content });

describe('a turn', () => {
  it('runs tools until the model answers without calling any', async () => {
    const model = scriptedModel([
      [{ type: 'reasoning', text: 'look' }, reply({ reasoning: 'look', calls: [call('a', 'look')] })],
      [{ type: 'text', text: 'done' }, reply({ text: 'done' })],
    ]);
    const s = await stage(model, [fakeTool('look', ok('seen'), { readOnly: true })]);
    expect(await runTurn(s.input)).toBe('done');
    expect(types(s.events).slice(3)).toEqual([
      'step.started',
      'assistant.message',
      'tool.planned',
      'tool.decided',
      'tool.result',
      'step.started',
      'assistant.message',
    ]);
    expect(s.live).toContainEqual({ type: 'reasoning.delta', text: 'look' });
    expect(model.requests[1]?.slice(2)).toEqual([
      { role: 'assistant', reasoning: 'look', text: '', toolCalls: [call('a', 'look')] },
      { role: 'tool', callId: 'a', name: 'look', text: 'seen' },
    ]);
  });

  it('starts each request with the messages of the one before', async () => {
    const model = scriptedModel([
      [reply({ calls: [call('a', 'look'), call('b', 'look')] })],
      [reply({ calls: [call('c', 'look')] })],
      [reply({ text: 'done' })],
    ]);
    const s = await stage(model, [fakeTool('look', ok(), { readOnly: true })]);
    await runTurn(s.input);
    const [first, second, third] = model.requests;
    expect(second?.slice(0, first?.length)).toEqual(first);
    expect(third?.slice(0, second?.length)).toEqual(second);
  });

  it('lets reads of one step overlap, and keeps writes in order', async () => {
    const log: string[] = [];
    let release = () => {};
    const both = new Promise<void>(resolve => (release = resolve));
    let reading = 0;
    const read = fakeTool(
      'read',
      async () => {
        reading += 1;
        if (reading === 2) release(); // Each read ends only when the other has begun.
        await both;
        log.push('read');
        return { isError: false, content: '' };
      },
      { readOnly: true },
    );
    const write = fakeTool('write', async () => {
      log.push('write');
      return { isError: false, content: '' };
    });
    const calls = [call('a', 'read'), call('b', 'read', { n: 2 }), call('c', 'write'), call('d', 'read')];
    const s = await stage(scriptedModel([[reply({ calls })], [reply({ text: 'done' })]]), [read, write]);
    await runTurn(s.input);
    expect(log).toEqual(['read', 'read', 'write', 'read']);
    const answered = s.state.history
      .messages()
      .filter(m => m.role === 'tool')
      .map(m => m.callId);
    expect(answered).toEqual(['a', 'b', 'c', 'd']);
  });

  it('ends at the step limit, with nothing open', async () => {
    const model = scriptedModel([
      [reply({ calls: [call('a', 'look')] })],
      [reply({ calls: [call('b', 'look')] })],
    ]);
    const s = await stage(model, [fakeTool('look', ok(), { readOnly: true })], { maxSteps: 2 });
    expect(await runTurn(s.input)).toBe('stepLimit');
    expect(s.state.history.openCalls()).toEqual([]);
  });

  it('records what was paid for nothing, and shows for what a request waits', async () => {
    const usage = { promptTokens: 7, cachedTokens: 0, completionTokens: 3, estimated: true };
    const cost = { amount: 0.1, currency: 'CNY' as const };
    const error = new ModelError('network', 'cut');
    const model = scriptedModel([
      [
        { type: 'waiting', reason: 'others first' },
        { type: 'waiting', reason: 'a minute is full', delayMs: 1_000 },
        { type: 'unseen', usage, cost },
        { type: 'retry', error, attempt: 2, delayMs: 0 },
        { type: 'waiting', reason: 'others first' },
        reply({ text: 'done' }),
      ],
    ]);
    const s = await stage(model);
    expect(await runTurn(s.input)).toBe('done');
    expect(s.events.find(e => e.type === 'request.paid')).toMatchObject({ turn: 't', step: 1, usage, cost });
    expect(s.live).toMatchObject([
      { type: 'step.waiting', reason: 'others first', until: undefined, attempt: 1 },
      { type: 'step.waiting', reason: 'a minute is full', until: expect.any(Number), attempt: 1 },
      { type: 'step.reset' },
      { type: 'step.waiting', reason: 'cut', attempt: 2 },
      { type: 'step.waiting', reason: 'others first', attempt: 2 },
    ]);
  });

  it('sees text sent meanwhile at the next step, after the results', async () => {
    const model = scriptedModel([[reply({ calls: [call('a', 'look')] })], [reply({ text: 'done' })]]);
    const look = fakeTool(
      'look',
      async () => {
        await s.emit({ type: 'user.message', turn: 't', text: 'and hurry', context: [], steer: true });
        return { isError: false, content: 'seen' };
      },
      { readOnly: true },
    );
    const s = await stage(model, [look]);
    await runTurn(s.input);
    expect(model.requests[1]?.slice(-2).map(m => m.role)).toEqual(['tool', 'user']);
  });

  it('goes on when text arrives while the last answer is written', async () => {
    const model = scriptedModel([
      async () => {
        await s.emit({ type: 'user.message', turn: 't', text: 'one more', context: [], steer: true });
        return [reply({ text: 'done' })];
      },
      [reply({ text: 'really done' })],
    ]);
    const s = await stage(model);
    expect(await runTurn(s.input)).toBe('done');
    expect(model.requests[1]?.slice(-2)).toEqual([
      { role: 'assistant', reasoning: undefined, text: 'done', toolCalls: [] },
      { role: 'user', text: 'one more' },
    ]);
  });

  it('passes on what the backend cannot do', async () => {
    const s = await stage(scriptedModel([() => Promise.reject(new ModelError('auth', 'no'))]));
    await expect(runTurn(s.input)).rejects.toThrow(ModelError);
  });

  it('tells people of a retry and voids what was shown', async () => {
    const error = new ModelError('overloaded', 'busy');
    const retry = { type: 'retry', error, attempt: 1, delayMs: 5 } as const;
    const s = await stage(scriptedModel([[retry, reply({ text: 'done' })]]));
    await runTurn(s.input);
    expect(s.live.map(l => l.type)).toEqual(['step.reset', 'step.waiting']);
    expect(s.events.filter(e => e.type === 'notice')).toMatchObject([
      { type: 'notice', level: 'info', code: 'retry', text: 'busy Asked again.' },
    ]);
  });

  it('answers every call when the person stops it half-way', async () => {
    const stop = fakeTool('stop', async ({ signal }) => {
      s.abort.abort(new StoppedByPerson());
      throw signal.reason;
    });
    const calls = [call('a', 'stop'), call('b', 'stop')];
    const s = await stage(scriptedModel([[reply({ calls })]]), [stop]);
    expect(await runTurn(s.input)).toBe('stopped');
    expect(results(s.events).map(r => [r.callId, r.isError])).toEqual([
      ['a', true],
      ['b', true],
    ]);
  });

  it('answers every call when the stop comes as the reply is recorded', async () => {
    let runs = 0;
    const tool = fakeTool('work', async () => ({ isError: false, content: `${++runs}` }));
    const s = await stage(scriptedModel([[reply({ calls: [call('a', 'work'), call('b', 'work')] })]]), [
      tool,
    ]);
    const emit = async (event: NewEvent) => {
      await s.emit(event);
      if (event.type === 'assistant.message') s.abort.abort(new StoppedByPerson());
    };
    const input = { ...s.input, emit: Object.assign(emit, { live: s.input.emit.live }) };
    expect(await runTurn(input)).toBe('stopped');
    expect(results(s.events).map(r => [r.callId, r.isError])).toEqual([
      ['a', true],
      ['b', true],
    ]);
    expect(runs).toBe(0);
  });

  it('leaves calls open when the window goes away, and answers them when it goes on', async () => {
    let runs = 0;
    const tool = fakeTool('work', async ({ signal }) => {
      runs += 1;
      if (runs === 1) {
        s.abort.abort(new Error('closed'));
        throw signal.reason;
      }
      return { isError: false, content: 'worked' };
    });
    const model = scriptedModel([[reply({ calls: [call('a', 'work')] })], [reply({ text: 'done' })]]);
    const s = await stage(model, [tool]);
    await expect(runTurn(s.input)).rejects.toThrow('closed');
    expect(results(s.events)).toEqual([]);
    const again = { ...s.input, signal: new AbortController().signal };
    expect(await runTurn(again)).toBe('done');
    expect(results(s.events).map(r => r.content)).toEqual(['worked']);
  });
});

describe('a call', () => {
  const one = (tool: ReturnType<typeof fakeTool>, toolCall = call('a', tool.name), options = {}) =>
    stage(scriptedModel([[reply({ calls: [toolCall] })], [reply({ text: 'done' })]]), [tool], options);

  it.each([
    ['a name nobody declared', call('a', 'nothing'), 'The tools are: work.'],
    ['broken JSON', call('a', 'work', '{"n": 1'), 'not valid JSON'],
    ['arguments of another shape', call('a', 'work', { n: 'x' }), 'do not fit'],
  ])('with %s is answered and never run', async (_what, toolCall, told) => {
    let ran = false;
    const tool = fakeTool('work', async () => {
      ran = true;
      return { isError: false, content: '' };
    });
    const s = await one(tool, toolCall);
    await runTurn(s.input);
    expect(ran).toBe(false);
    expect(results(s.events)[0]).toMatchObject({ isError: true, content: expect.stringContaining(told) });
  });

  it('without arguments is a call with none', async () => {
    const s = await one(fakeTool('work', ok('worked')), call('a', 'work', ''));
    await runTurn(s.input);
    expect(results(s.events)[0]).toMatchObject({ isError: false, content: 'worked' });
  });

  it.each([
    ['expected trouble', new ToolFailure('read it first'), 'read it first'],
    ['a broken tool', new Error('boom'), 'The tool failed: boom'],
  ])('turns %s into words for the model', async (_what, error, told) => {
    const s = await one(fakeTool('work', () => Promise.reject(error)));
    expect(await runTurn(s.input)).toBe('done');
    expect(results(s.events)[0]).toMatchObject({ isError: true, content: expect.stringContaining(told) });
  });

  const asks = { decide: () => ({ verdict: 'ask', by: 'policy', reasons: ['It writes.'] }) as const };

  it('records what will change before it does', async () => {
    const effects = [{ kind: 'file', path: '/w/a', before: null, after: 'x' } as const];
    const tool = fakeTool(
      'work',
      async () => {
        expect(s.events.at(-1)).toMatchObject({ type: 'tool.intent', effects });
        return { isError: false, content: '' };
      },
      { effects },
    );
    const s = await one(tool, undefined, { ...asks, approve: async () => ({ answer: 'once' }) });
    expect(await runTurn(s.input)).toBe('done');
    expect(results(s.events)[0]?.isError).toBe(false);
  });

  it('takes the time that the tool ran, and not what it waited for an answer', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
    const later = (ms: number) => clock.mockReturnValue(performance.now() + ms);
    const approve = async () => {
      later(60_000);
      return { answer: 'once' } as const;
    };
    const works = async () => {
      later(40);
      return { isError: false, content: '' };
    };
    const fails = async () => {
      later(30);
      throw new ToolFailure('no such file');
    };
    for (const [run, durationMs] of [
      [works, 40],
      [fails, 30],
    ] as const) {
      const s = await one(fakeTool('work', run), undefined, { ...asks, approve });
      await runTurn(s.input);
      expect(results(s.events)[0]).toMatchObject({ durationMs });
    }
    const denied = async () => {
      later(60_000);
      return { answer: 'deny' } as const;
    };
    const s = await one(fakeTool('work', works), undefined, { ...asks, approve: denied });
    await runTurn(s.input);
    expect(results(s.events)[0]).toMatchObject({ durationMs: 0 });
    clock.mockRestore();
  });

  it('that is refused does nothing, and the model hears why', async () => {
    const tool = fakeTool('work', () => Promise.reject(new Error('must not run')));
    const s = await one(tool, undefined, {
      ...asks,
      approve: async () => ({ answer: 'deny', reason: 'use the other file' }),
    });
    await runTurn(s.input);
    expect(results(s.events)[0]?.content).toContain('use the other file');
    expect(types(s.events)).not.toContain('tool.intent');
  });

  it('that the policy denies never reaches the person', async () => {
    const tool = fakeTool('work', () => Promise.reject(new Error('must not run')));
    const decide = () => ({ verdict: 'deny', by: 'policy', reasons: ['It is a device.'] }) as const;
    const s = await one(tool, undefined, { decide });
    await runTurn(s.input);
    expect(results(s.events)[0]?.content).toContain('It is a device.');
  });

  it('that nobody can approve ends the turn with nothing done', async () => {
    const tool = fakeTool('work', () => Promise.reject(new Error('must not run')));
    const s = await one(tool, undefined, { ...asks, approve: () => Promise.reject(new Unanswered()) });
    expect(await runTurn(s.input)).toBe('unanswered');
    expect(results(s.events)).toEqual([]);
  });

  it('allowed for the session records the grant as it was shown', async () => {
    const offer: Offer = { destination: 'session', rule: { kind: 'edits' }, label: 'Edits' };
    const decide = (): Decision => ({ verdict: 'ask', by: 'policy', reasons: [], offers: [offer] });
    const s = await one(fakeTool('work', ok()), undefined, {
      decide,
      approve: async () => ({ answer: 'rule', offer }),
    });
    await runTurn(s.input);
    expect(s.state.rules).toMatchObject([{ destination: 'session', rule: { kind: 'edits' } }]);
  });
});
