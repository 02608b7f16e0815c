/** Traps 7 to 15: tool calls, however they come, and what goes back of them. */
import { describe, expect, it } from 'vitest';
import { runTurn } from '../../src/agent/runTurn.ts';
import type { Message } from '../../src/protocol/message.ts';
import type { Fault } from '../../src/standin/faults.ts';
import { PROFILE_NAMES } from '../../src/standin/profiles.ts';
import { act, readFile, runCommand, say } from '../../src/standin/script.ts';
import { call, fakeTool, reply, results, scriptedModel, stage } from '../agent/fakes.ts';
import { output, pending } from '../session/workshop.ts';
import { ask, bodies, decide, deltas, field, loop, session, start, turn } from './field.ts';

const mark = (n: number) => runCommand({ command: `echo ${n} >> marks.txt` });
const one = act('One mark.', mark(1));
const two = act('Two calls.', readFile({ path: 'src/a “b”.ts' }), mark(2));
const calls = (made: Awaited<ReturnType<typeof ask>>) =>
  made.message.toolCalls.map(({ name, arguments: json }) => ({ name, arguments: JSON.parse(json) }));
// biome-ignore lint/suspicious/noExplicitAny: messages as they went over the wire
type Wire = any;
const every = (fault: Fault) => ({ request: 1, ...fault });

describe('trap 7: calls count by being there, whatever the finish reason says', () => {
  it.each(['stopWithCalls', 'noFinishReason'] as const)('%s: they run', async kind => {
    const played = await session({ replies: [one], faults: [{ request: 1, kind }] });
    await turn(played);
    expect(played.shop.read('marks.txt')).toBe('1\n');
  });
  it('calls announced that do not come are an empty reply, asked for again', async () => {
    const spoken = say(one, 'I leave a mark:');
    const played = await session({ replies: [spoken], faults: [{ request: 1, kind: 'finishWithoutCalls' }] });
    await turn(played);
    expect(played.shop.read('marks.txt')).toBe('1\n');
    expect(played.standin.requests).toHaveLength(3);
  });
});

describe('trap 8: calls that leaked as control tokens run, and no token is shown', () => {
  const ways = (['reasoning', 'content'] as const).flatMap(where =>
    [true, false].map(split => ({ where, split })),
  );
  it.each(ways)('in $where, split over chunks: $split', async way => {
    const spoken = say(act('I mark it.', mark(1), mark(2)), 'Two marks <|follow.');
    const played = await session({
      profile: 'vllm-old',
      replies: [spoken],
      faults: [{ request: 1, kind: 'markup', ...way }],
    });
    expect(await turn(played)).toMatchObject({ reason: 'done' });
    expect(played.shop.read('marks.txt')).toBe('1\n2\n');
    const seen = JSON.stringify([played.live, played.session.transcript, bodies(played.standin)]);
    expect(seen).not.toMatch(/<\|(tool_|im_)/);
    expect(seen).toContain('Two marks <|follow.');
    const [first] = (await played.events()).filter(e => e.type === 'assistant.message');
    expect(first?.message.reasoning).toBe('I mark it.');
    expect((await played.events()).some(e => e.type === 'notice' && e.code === 'wire')).toBe(true);
  });
  it('from a backend without any parser', async () => {
    const played = await session({ profile: 'raw', replies: [one] });
    await turn(played);
    expect(played.shop.read('marks.txt')).toBe('1\n');
    expect(JSON.stringify(played.live)).not.toMatch(/<\|tool_|think>/);
  });
});

describe('trap 8: tokens amid broken arguments and names', () => {
  it('are in no result, which both people and the model read', async () => {
    const { input, events } = await stage(
      scriptedModel([
        [reply({ calls: [call('a', 'read', '<|im_end|>{"n"'), call('b', 'read', '{"n":<|im_end|>}')] })],
        [reply({ text: 'Done.' })],
      ]),
      [fakeTool('read', async () => ({ isError: false, content: '' }))],
    );
    expect(await runTurn(input)).toBe('done');
    const told = results(events).map(r => r.content);
    expect(told).toHaveLength(2);
    expect(told.join()).not.toContain('<|');
  });
});

describe('trap 9: ids go out as the backend wants them, calls and results agreeing', () => {
  const pairs = (body: { messages: Wire[] }) => ({
    calls: body.messages.flatMap(m => m.tool_calls ?? []).map((c: Wire) => c.id),
    results: body.messages.filter(m => m.role === 'tool').map(m => m.tool_call_id),
  });
  it.each(PROFILE_NAMES.filter(name => name !== 'moonshot'))(
    '%s: functions.NAME:IDX, one counter over the conversation',
    async profile => {
      const { standin, connect } = field({ profile, replies: [two, one, two] });
      await loop(connect());
      const names = ['read_file:0', 'run_command:1', 'run_command:2', 'read_file:3', 'run_command:4'];
      const ids = names.map(name => `functions.${name}`);
      expect(pairs(bodies(standin)[3])).toEqual({ calls: ids, results: ids });
    },
  );
  it('moonshot: as they were received', async () => {
    const { standin, connect } = field({ profile: 'moonshot', replies: [two] });
    await loop(connect());
    const ids = ['read_file:0', 'run_command:1'];
    expect(pairs(bodies(standin)[1])).toEqual({ calls: ids, results: ids });
  });
});

describe('trap 10: ids are unique with us, whatever the backend repeats', () => {
  it.each(['moonshot', 'vllm-new', 'llamacpp'] as const)('%s, over turns and clients', async profile => {
    const faults = [
      { request: 1, kind: 'callIds', how: 'absent' },
      { request: 2, kind: 'callIds', how: 'duplicate' },
      { request: 3, kind: 'callIds', how: 'late' },
    ] as const;
    const played = await session({ profile, replies: [two, two, one, two], faults: [...faults] });
    await turn(played);
    await turn(played, 'again');
    const stored = (await played.events()).filter(e => e.type === 'assistant.message');
    const ids = stored.flatMap(e => e.message.toolCalls.map(c => c.id));
    expect(ids).toHaveLength(14);
    expect(new Set(ids).size).toBe(14);
    expect(ids.every(id => id.trim())).toBe(true);
    expect(new Set((await played.results()).map(r => r.callId))).toEqual(new Set(ids));
  });
});

/** The strict host answers 400 to anything else, so a turn that is done has kept the rule; this says it in plain words. */
function demandPaired(messages: Wire[]): void {
  messages.forEach((message, at) => {
    const ids = (message.tool_calls ?? []).map((c: Wire) => c.id);
    if (!ids.length) return;
    const next = messages.slice(at + 1, at + 1 + ids.length);
    expect(next.map(m => m.tool_call_id)).toEqual(ids);
    expect(messages[at + 1 + ids.length]?.role).not.toBe('tool');
  });
}

describe('trap 11: each call has exactly one result, beside it and in order', () => {
  const three = act(
    'Three.',
    mark(1),
    runCommand({ command: 'touch begun; echo here; sleep 600' }),
    readFile({ path: 'x' }),
  );

  it('after a refusal and after a stop in the middle of a call', async () => {
    const played = await session({ profile: 'moonshot', replies: [three] }, 'ask');
    await played.session.send('go');
    await decide(played, 'deny');
    await decide(played, 'once');
    await output(played.session, 'here');
    await played.session.stop();
    await played.session.send('again');
    await pending(played.session);
    const { messages } = bodies(played.standin).at(-1);
    demandPaired(messages);
    expect(messages.filter((m: Wire) => m.role === 'tool')).toHaveLength(3);
  });

  it('after a crash, when the turn goes on and when the person moves on', async () => {
    const calls = [
      { id: 'a:0', name: 'run_command', arguments: '{"command":"echo 1"}' },
      { id: 'b:1', name: 'read_file', arguments: '{"path":"x.txt"}' },
    ];
    for (const goOn of [true, false]) {
      const played = await session({ profile: 'moonshot' });
      const { id } = played.session;
      await played.session.close();
      const message = { role: 'assistant' as const, reasoning: 'r', text: '', toolCalls: calls };
      const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 1 };
      const timing = { firstTokenMs: 1, thinkingMs: 1, totalMs: 1 };
      await played.shop.append(id, [
        { type: 'turn.started', turn: 't', maxSteps: 300 },
        { type: 'user.message', turn: 't', text: 'go', context: [], steer: false },
        { type: 'assistant.message', turn: 't', step: 1, message, usage, timing, contextWindow: 1 },
        { type: 'tool.intent', callId: 'a:0', effects: [{ kind: 'command', command: 'echo 1', cwd: '/' }] },
      ]);
      const again = await played.shop.reopen(id, played.connect());
      await (goOn ? again.resume() : again.send('something else'));
      await again.settled();
      expect((await played.events()).at(-1)).toMatchObject({ type: 'turn.ended', reason: 'done' });
      demandPaired(bodies(played.standin).at(-1).messages);
    }
  });

  it('also when a history holds stray, double and missing ones', async () => {
    const toolCalls = ['a', 'b'].map(id => ({ id, name: 'read_file', arguments: '{}' }));
    const result = (callId: string, text: string): Message => ({
      role: 'tool',
      callId,
      name: 'read_file',
      text,
    });
    const history: Message[] = [
      ...start(),
      { role: 'assistant', reasoning: '', text: '', toolCalls },
      result('b', 'late'),
      result('b', 'twice'),
      result('stray', '?'),
    ];
    const { standin, connect } = field({ profile: 'moonshot' });
    const { repairs } = await ask(connect(), history);
    const { messages } = bodies(standin)[0];
    demandPaired(messages);
    expect(messages.at(-1)).toMatchObject({ role: 'tool', content: 'late' });
    expect(repairs.join()).toContain('1 earlier tool call(s) have no result');
  });
});

describe('trap 12: blank content is left out, and nothing goes out as parts', () => {
  it.each(PROFILE_NAMES)('%s', async profile => {
    const { standin, connect } = field({
      profile,
      replies: [two, one],
      faults: [{ request: 1, kind: 'emptyContentList' }],
    });
    await loop(connect(), [...start(), { role: 'user', text: ' \n' }]);
    const messages: Wire[] = bodies(standin).flatMap(body => body.messages);
    const withCalls = messages.filter(m => m.tool_calls);
    expect(withCalls.length).toBeGreaterThan(1);
    expect(withCalls.filter(m => 'content' in m)).toEqual([]);
    expect(messages.filter(m => Array.isArray(m.content) || m.content?.trim() === '')).toEqual([]);
  });
});

describe('trap 13: arguments are put together by index, in whatever pieces they come', () => {
  const shapes: Fault[] = [
    { kind: 'interleaved' },
    { kind: 'argumentsBeforeName' },
    { kind: 'noIndex' },
    { kind: 'arguments', how: 'whole' },
    { kind: 'arguments', how: 'perCharacter' },
    { kind: 'arguments', how: 'large' },
    { kind: 'callIds', how: 'late' },
    { kind: 'splitUtf8' },
    { kind: 'crlf' },
  ];
  it.each(shapes.map(shape => [JSON.stringify(shape), shape] as const))('%s', async (_, shape) => {
    const wanted = calls(await ask(field({ replies: [two] }).connect()));
    const { connect } = field({ replies: [two], faults: [every(shape)] });
    expect(calls(await ask(connect()))).toEqual(wanted);
  });
  it('two at once by the character, the names last', async () => {
    const faults: Fault[] = [
      { kind: 'interleaved' },
      { kind: 'argumentsBeforeName' },
      { kind: 'arguments', how: 'perCharacter' },
    ];
    const { connect } = field({ replies: [two], faults: faults.map(every) });
    expect(calls(await ask(connect()))).toEqual(two.calls);
  });
  it('and nothing runs before the stream ends', async () => {
    const seen = (await deltas(field({ replies: [two] }).connect(), start())).filter(d => d.type !== 'reply');
    expect(seen.some(d => d.type === 'call')).toBe(true);
    expect(JSON.stringify(seen)).not.toContain('marks.txt');
  });
});

describe('trap 14: broken JSON is mended where it has one reading, else refused, and never sent back', () => {
  it.each([
    ['rawNewline', true],
    ['doubleEncoded', true],
    ['missingBrace', false],
    ['badEscape', false],
  ] as const)('%s', async (how, mended) => {
    const played = await session({
      profile: 'moonshot',
      replies: [one],
      faults: [{ request: 1, kind: 'invalidJson', how }],
    });
    expect(await turn(played)).toMatchObject({ reason: 'done' });
    const [result] = await played.results();
    expect(result?.isError).toBe(!mended);
    if (mended) expect(played.shop.read('marks.txt')).toContain('1\n');
    else {
      expect(result?.content).toContain('not valid JSON');
      expect(() => played.shop.read('marks.txt')).toThrow();
    }
    const sent: Wire[] = bodies(played.standin)[1].messages.flatMap((m: Wire) => m.tool_calls ?? []);
    for (const { function: made } of sent) expect(JSON.parse(made.arguments)).toBeTypeOf('object');
  });
});

describe('trap 15: a tool that was not declared is refused with the names there are', () => {
  it.each(PROFILE_NAMES)('%s', async profile => {
    const played = await session({
      profile,
      replies: [one],
      faults: [{ request: 1, kind: 'undeclaredTool', name: 'bash' }],
    });
    expect(await turn(played)).toMatchObject({ reason: 'done' });
    const [result] = await played.results();
    expect(result).toMatchObject({ isError: true, content: expect.stringContaining('no tool named "bash"') });
    for (const name of ['read_file', 'run_command', 'edit_file']) expect(result?.content).toContain(name);
    expect(() => played.shop.read('marks.txt')).toThrow();
  });
});
