import { leaked, PARSERS, type Probe, plural, user } from '../probe.ts';
import type { RawReply } from '../rawReply.ts';

const BUDGET = 4_096;

/** One plain question: is it streamed, where do reasoning and usage stand, how does the stream end? */
export const streamShape: Probe = {
  id: 'stream',
  title: 'Stream shape',
  load: () => ({ requests: 1, prompt: 40, output: 400, most: BUDGET }),
  async run({ chat }) {
    const reply = await chat({
      messages: [user('What is 17 times 23? Answer with the number alone.')],
      budget: BUDGET,
    });
    const { fails, warns } = complaints(reply);
    const verdict = fails.length ? 'fail' : warns.length ? 'warn' : 'pass';
    const mend = mendFor(reply);
    return {
      verdict,
      sent: 'One short question, streamed, with usage asked for',
      got: describe(reply),
      means:
        verdict === 'pass'
          ? 'Thinking, answer and counts arrive where they belong.'
          : [...fails, ...warns].join(' '),
      ...(verdict !== 'pass' && mend && { mend }),
    };
  },
};

function describe(reply: RawReply): string {
  const { chunks, reasoningKeys, usagePlaces, done, finish } = reply;
  return [
    reply.whole ? 'the whole reply in one piece' : plural(chunks, 'chunk'),
    reasoningKeys.length ? `reasoning under ${reasoningKeys.join(' and ')}` : 'no reasoning key',
    usagePlaces.length ? `usage in ${usagePlaces.join(' and ')}` : 'no usage',
    finish ? `finish reason ${finish}` : 'no finish reason',
    done ? '[DONE]' : 'no [DONE]',
  ].join(', ');
}

const inlineThink = ({ text }: RawReply) => /<\/?think>/.test(text);

function complaints(reply: RawReply): { fails: string[]; warns: string[] } {
  const fails: string[] = [];
  const warns: string[] = [];
  if (leaked(reply)) fails.push('Control tokens of the model reach the text.');
  if (!reply.text.trim())
    fails.push('It thought and gave no answer; Ascent asks again each time, which costs a whole reply.');
  if (reply.whole) warns.push('Nothing is seen until a reply is finished, and Stop saves nothing.');
  if (inlineThink(reply))
    warns.push('Thinking stands in the answer, between think tags; Ascent takes it out again.');
  else if (!reply.reasoning)
    warns.push(
      'No thinking came. K2-Thinking always thinks: this may be another model, or a host that hides it.',
    );
  if (!reply.usage) warns.push('Nothing is counted: tokens, cost and limits are estimates.');
  if (!reply.finish) warns.push('Without a finish reason a cut reply looks like a whole one.');
  if (!reply.done && !reply.finish) fails.push('Nothing tells where a reply ends.');
  else if (!reply.done) warns.push('The end has to be told from the finish reason.');
  return { fails, warns };
}

function mendFor(reply: RawReply): string | undefined {
  if (leaked(reply) || inlineThink(reply) || !reply.reasoning) return PARSERS;
  if (!reply.usage) return 'Let the field stream_options.include_usage pass to the server.';
  if (!reply.text.trim()) return PARSERS;
  return undefined;
}
