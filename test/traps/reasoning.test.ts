/** Traps 2 to 6: thinking, which has to go back, and replies that hold nothing else. */
import { describe, expect, it } from 'vitest';
import { PROFILE_NAMES } from '../../src/standin/profiles.ts';
import { act, answer, readFile, runCommand } from '../../src/standin/script.ts';
import { pending } from '../session/workshop.ts';
import { ask, bodies, decide, deltas, field, loop, session, start, turn } from './field.ts';

const odd = ' First: “look”\r\n\tthen\u2028decide — 先看一下 \n\n';
const steps = [act(odd, readFile({ path: 'a.txt' })), act('Now b. '.repeat(40), readFile({ path: 'b.txt' }))];
// biome-ignore lint/suspicious/noExplicitAny: a message as it went over the wire
type Wire = any;
const assistants = (body: { messages: Wire[] }) => body.messages.filter(m => m.role === 'assistant');

describe('trap 2: the reasoning of a running tool loop goes back byte for byte', () => {
  it.each(PROFILE_NAMES.filter(name => name !== 'raw'))('%s', async profile => {
    const { standin, connect } = field({ profile, replies: steps });
    await loop(connect());
    const sent = assistants(bodies(standin)[2]);
    expect(sent.map(m => m.reasoning_content ?? m.reasoning)).toEqual([odd, 'Now b. '.repeat(40)]);
    // The backend's own count: each step's thinking is in the next prompt.
    const grown = standin.requests[2]!.promptTokens - standin.requests[1]!.promptTokens;
    expect(grown).toBeGreaterThan(80);
  });

  it('also when it was empty: "" comes, "" goes', async () => {
    const { standin, connect } = field({
      profile: 'moonshot',
      replies: steps,
      faults: [{ request: 1, kind: 'emptyReasoning' }],
    });
    const [first] = await loop(connect());
    expect(first?.message.reasoning).toBe('');
    expect(assistants(bodies(standin)[1])[0].reasoning_content).toBe('');
    // A history without any, from another backend, is accepted by a host that insists on the field.
    const call = { id: 'x', name: 'read_file', arguments: '{}' };
    const history = [
      ...start(),
      { role: 'assistant' as const, text: '', toolCalls: [call] },
      { role: 'tool' as const, callId: 'x', name: 'read_file', text: 'ok' },
    ];
    expect(await ask(connect(), history)).toMatchObject({ type: 'reply' });
  });
});

describe('trap 3: reasoning is read wherever it stands, and goes back under the key that is read', () => {
  it.each([
    ['moonshot', ['reasoning_content']],
    ['vllm-new', ['reasoning_content', 'reasoning']],
    ['vllm-old', ['reasoning_content', 'reasoning']],
    ['sglang', ['reasoning_content']],
    ['openrouter', ['reasoning', 'reasoning_details']],
    ['llamacpp', ['reasoning_content']],
    ['raw', ['reasoning_content', 'reasoning']],
  ] as const)('%s', async (profile, keys) => {
    const { standin, connect } = field({ profile, replies: steps });
    const replies = await loop(connect());
    // Between think tags the blanks at the ends belong to the tags' line.
    expect(replies.map(r => r.message.reasoning?.trim())).toEqual([
      odd.trim(),
      'Now b. '.repeat(40).trim(),
      'All is done.',
    ]);
    expect(replies.at(-1)?.message.text).toBe('Done.');
    const [echoed] = assistants(bodies(standin)[1]);
    expect(
      Object.keys(echoed)
        .filter(key => key.startsWith('reasoning'))
        .sort(),
    ).toEqual([...keys].sort());
  });

  it('reasoning_details go back whole, pieces joined, and read alone where nothing else is sent', async () => {
    const { standin, connect } = field({ profile: 'openrouter', replies: steps });
    await loop(connect());
    expect(assistants(bodies(standin)[1])[0].reasoning_details).toEqual([
      { type: 'reasoning.text', text: odd, format: null, index: 0 },
    ]);
  });

  it('a backend of no known kind gets both strings until it has shown its own', async () => {
    const { standin, connect } = field({
      profile: 'vllm-old',
      replies: steps,
      backend: { profile: 'custom' },
    });
    await loop(connect());
    const keys = Object.keys(assistants(bodies(standin)[1])[0]);
    expect(keys.filter(key => key.startsWith('reasoning'))).toEqual(['reasoning_content']);
  });
});

describe('trap 4: no plain answer ever stands inside a running tool loop', () => {
  it('not after think-only replies, steering, a refusal, a stop or a failure', async () => {
    const ways = act('Both.', runCommand({ command: 'touch one' }), readFile({ path: 'none.txt' }));
    const played = await session(
      {
        profile: 'moonshot',
        replies: [ways, act('Again.', runCommand({ command: 'touch two' }))],
        faults: [
          { request: 2, kind: 'thinkOnly' },
          { request: 4, kind: 'quota' },
        ],
      },
      'ask',
    );
    const { session: s, standin } = played;
    await s.send('go');
    await pending(s);
    await s.send('and hurry');
    await decide(played, 'deny');
    await decide(played, 'once');
    await s.settled();
    expect((await played.events()).at(-1)).toMatchObject({ reason: 'failed', failure: { kind: 'quota' } });
    await s.resume();
    await pending(s);
    await s.stop();
    await s.send('go on');
    await decide(played, 'once');
    await decide(played, 'once');
    await s.settled();
    expect((await played.events()).at(-1)).toMatchObject({ reason: 'done' });
    for (const body of bodies(standin)) {
      const plain = body.messages.filter((m: Wire) => m.role === 'assistant' && !m.tool_calls?.length);
      expect(plain).toEqual([]);
    }
    expect(standin.requests.length).toBeGreaterThan(5);
  });
});

describe('trap 5: a reply of thinking alone is no reply', () => {
  it('is voided on the screen, not stored, and asked for again', async () => {
    const played = await session({ replies: steps, faults: [{ request: 2, kind: 'thinkOnly' }] });
    expect(await turn(played)).toMatchObject({ type: 'turn.ended', reason: 'done' });
    const stored = (await played.events()).filter(e => e.type === 'assistant.message');
    expect(stored.map(e => e.message.toolCalls.length)).toEqual([1, 1, 0]);
    expect(played.live.filter(l => l.type === 'step.reset')).toHaveLength(1);
    expect(bodies(played.standin)[2].messages).toEqual(bodies(played.standin)[1].messages);
  });

  it('whatever the finish reason says', async () => {
    for (const kind of ['thinkOnly', 'finishWithoutCalls', 'lengthInReasoning'] as const) {
      const { standin, connect } = field({ replies: steps, faults: [{ request: 1, kind }] });
      expect((await ask(connect())).message.toolCalls).toHaveLength(1);
      expect(standin.requests).toHaveLength(2);
    }
  });

  it('is asked for in other words when it comes again, which nobody stores', async () => {
    const faults = [1, 2].map(request => ({ request, kind: 'thinkOnly' as const }));
    const { standin, connect } = field({ replies: steps, faults });
    await loop(connect());
    const [, second, third, fourth] = bodies(standin);
    expect(second.messages.at(-1)).toEqual({ role: 'user', content: 'go' });
    expect(third.messages.at(-1).content).toContain('neither an answer nor a tool call');
    expect(JSON.stringify(fourth)).not.toContain('neither an answer');
  });

  it('ends the turn with words when it never stops', async () => {
    const played = await session({ faults: [{ request: 'every', kind: 'thinkOnly' }] });
    expect(await turn(played)).toMatchObject({
      reason: 'failed',
      failure: { kind: 'empty', action: 'retry', message: expect.stringContaining('no answer') },
    });
    expect(played.standin.requests).toHaveLength(3);
  });
});

describe('trap 6: a budget that runs out is never a silent end', () => {
  const budgets = (list: { max_completion_tokens: number }[]) => list.map(b => b.max_completion_tokens);

  it.each(['lengthInReasoning', 'lengthInAnswer'] as const)(
    '%s: asked again with a larger one',
    async kind => {
      const { standin, connect, waits } = field({ replies: steps, faults: [{ request: 1, kind }] });
      const reply = await ask(connect());
      expect(reply).toMatchObject({ finish: 'toolCalls', message: { reasoning: odd } });
      const [first, second] = budgets(bodies(standin));
      expect(second).toBeGreaterThan(first! * 4);
      expect(waits).toEqual([0]);
    },
  );

  it('where none is larger, partial mode goes on with what there is', async () => {
    const long = answer('I think about it at length, and from all sides. '.repeat(9), 'So: yes, and gladly.');
    const { standin, connect } = field({
      profile: 'moonshot',
      models: ['kimi-k2.6'],
      replies: [long],
      faults: [
        { request: 1, kind: 'lengthInReasoning' },
        { request: 2, kind: 'lengthInAnswer' },
      ],
    });
    const all = await deltas(connect(), start());
    const shown = all.slice(all.findLastIndex(d => d.type === 'retry'));
    const said = (type: string) =>
      shown.flatMap(d => (d.type === type && 'text' in d ? [d.text] : [])).join('');
    expect(all.at(-1)).toMatchObject({ message: { reasoning: long.reasoning, text: long.text } });
    expect([said('reasoning'), said('text')]).toEqual([long.reasoning, long.text]);
    expect(bodies(standin)[1].messages.at(-1)).toMatchObject({
      role: 'assistant',
      partial: true,
      content: '',
    });
    expect(bodies(standin)[2].messages.at(-1)).toMatchObject({
      partial: true,
      reasoning_content: long.reasoning,
    });
  });

  it('where nothing is left to try, people and model are told', async () => {
    const faults = [{ request: 'every' as const, kind: 'lengthInReasoning' as const }];
    const thinking = await session({ replies: steps, faults });
    expect(await turn(thinking)).toMatchObject({
      failure: { kind: 'empty', message: expect.stringContaining('output budget') },
    });
    expect(thinking.standin.requests).toHaveLength(2);

    const text = field({
      replies: [answer('r', 'A long answer.')],
      faults: [{ request: 'every', kind: 'lengthInAnswer' }],
    });
    const cut = await ask(text.connect());
    expect(cut).toMatchObject({ finish: 'length', repairs: [expect.stringContaining('cut off')] });

    const args = await session({
      replies: steps,
      faults: [1, 2].map(request => ({ request, kind: 'lengthInAnswer' })),
    });
    expect(await turn(args)).toMatchObject({ reason: 'done' });
    expect((await args.results())[0]).toMatchObject({
      isError: true,
      content: expect.stringContaining('smaller parts'),
    });
  });
});
