import { describe, expect, it } from 'vitest';
import { runTurn } from '../../src/agent/runTurn.ts';
import { ModelError, type ModelReply } from '../../src/model/client.ts';
import type { Message } from '../../src/protocol/message.ts';
import { call, fakeTool, reply, scriptedModel, stage, types } from './fakes.ts';

const LONG = 'word '.repeat(4000);
const read = fakeTool('read', async () => ({ isError: false, content: LONG }), { readOnly: true });
const withUsage = (promptTokens: number, message: ModelReply): ModelReply => ({
  ...message,
  usage: { promptTokens, cachedTokens: 0, completionTokens: 0 },
});
const outputs = (request: Message[] | undefined) =>
  request?.flatMap(m => (m.role === 'tool' ? [m.text === LONG ? 'whole' : m.text] : []));
const SET_ASIDE = '[Output set aside to make room: 20,000 characters. Make the call again if you need it.]';

describe('a run that would outgrow the window', () => {
  it('sets all earlier tool outputs aside at once, and keeps thoughts, calls and the newest results', async () => {
    const model = scriptedModel(
      [
        [
          withUsage(
            10_000,
            reply({ reasoning: 'first', calls: [call('a', 'read', { n: 1 }), call('b', 'read', { n: 2 })] }),
          ),
        ],
        [withUsage(90_000, reply({ reasoning: 'second', calls: [call('c', 'read', { n: 3 })] }))],
        [withUsage(20_000, reply({ calls: [call('d', 'read', { n: 4 })] }))],
        [reply({ text: 'done' })],
      ],
      100_000,
    );
    const s = await stage(model, [read]);
    expect(await runTurn(s.input)).toBe('done');
    expect(outputs(model.requests[1])).toEqual(['whole', 'whole']);
    expect(outputs(model.requests[2])).toEqual([SET_ASIDE, SET_ASIDE, 'whole']);
    expect(outputs(model.requests[3])).toEqual([SET_ASIDE, SET_ASIDE, 'whole', 'whole']);
    const assistants = model.requests[2]?.filter(m => m.role === 'assistant');
    expect(assistants?.map(m => m.reasoning)).toEqual(['first', 'second']);
    expect(types(s.events).filter(type => type === 'context.trimmed')).toHaveLength(1);
  });

  it('makes room when the backend refuses a prompt as too long, and takes the step again', async () => {
    const overflow = () => Promise.reject(new ModelError('contextOverflow', 'too long'));
    const model = scriptedModel([
      [reply({ calls: [call('a', 'read', { n: 1 })] })],
      [reply({ calls: [call('b', 'read', { n: 2 })] })],
      overflow,
      [reply({ text: 'done' })],
    ]);
    const s = await stage(model, [read]);
    expect(await runTurn(s.input)).toBe('done');
    expect(outputs(model.requests[3])).toEqual([SET_ASIDE, 'whole']);
    expect(s.state.transcript.head.step).toBe(3);
  });

  it('does not change the prompt again and again for little', async () => {
    const short = fakeTool('short', async () => ({ isError: false, content: 'x '.repeat(200) }), {
      readOnly: true,
    });
    const steps = ['a', 'b', 'c'].map(id => [withUsage(95_000, reply({ calls: [call(id, 'short')] }))]);
    const model = scriptedModel([...steps, [reply({ text: 'done' })]], 100_000);
    const s = await stage(model, [short]);
    expect(await runTurn(s.input)).toBe('done');
    expect(types(s.events)).not.toContain('context.trimmed');
  });

  it('gives up when there is nothing to set aside', async () => {
    const overflow = () => Promise.reject(new ModelError('contextOverflow', 'too long'));
    const s = await stage(scriptedModel([overflow]));
    await expect(runTurn(s.input)).rejects.toThrow('too long');
  });

  it('is the same history when it is read back from the log', async () => {
    const model = scriptedModel([
      [reply({ calls: [call('a', 'read', { n: 1 })] })],
      [withUsage(90_000, reply({ calls: [call('b', 'read', { n: 2 })] }))],
      [reply({ text: 'done' })],
    ]);
    const s = await stage(model, [read]);
    await runTurn(s.input);
    const again = await stage(scriptedModel([]));
    for (const event of s.events.slice(3)) again.state.apply(event);
    expect(again.state.history.messages()).toEqual(s.state.history.messages());
  });
});
