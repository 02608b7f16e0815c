import { called, NEWER_ENGINE, NO_CALL, PARSERS, type Probe, READ_FILE, user } from '../probe.ts';

const BUDGET = 4_096;
const TRIES = 2;

/** Two calls stand in the history; the weights were trained to name the third `functions.NAME:2`. */
export const callIds: Probe = {
  id: 'call-ids',
  title: 'Call ids',
  load: () => ({ requests: 1, prompt: 300, output: 300, most: TRIES * BUDGET }),
  async run({ chat, profile }) {
    const sent = 'A history with functions.read_file:0 and :1, and a question that needs a third call';
    const messages = [
      user('Read a.txt, then b.txt, then c.txt, one after the other.'),
      ...called(
        [{ id: 'functions.read_file:0', name: 'read_file', arguments: { path: 'a.txt' }, result: 'alpha' }],
        {
          reasoning_content: 'First a.txt.',
        },
      ),
      ...called(
        [{ id: 'functions.read_file:1', name: 'read_file', arguments: { path: 'b.txt' }, result: 'beta' }],
        {
          reasoning_content: 'Now b.txt.',
        },
      ),
    ];
    let reply = await chat({ messages, tools: [READ_FILE], budget: BUDGET });
    for (let tried = 1; tried < TRIES && !reply.calls.length; tried++)
      reply = await chat({ messages, tools: [READ_FILE], budget: BUDGET });
    const [call] = reply.calls;
    if (!call)
      return {
        verdict: 'unknown',
        sent,
        got: NO_CALL(reply),
        means: 'The model called nothing, so there is no id to look at.',
        mend: PARSERS,
      };
    const got = call.id ? `id ${call.id}` : 'a call without an id';
    if (!call.id)
      return {
        verdict: 'warn',
        sent,
        got,
        means: 'Ascent gives such calls an id of its own.',
        mend: PARSERS,
      };
    if (profile.ids === 'asReceived')
      return {
        verdict: 'pass',
        sent,
        got,
        means: 'The host names calls its own way and takes them back so.',
      };
    if (call.id === 'functions.read_file:2')
      return { verdict: 'pass', sent, got, means: 'The ids go on as the model was trained.' };
    return {
      verdict: 'warn',
      sent,
      got,
      means:
        'Such ids in a history teach the model to write bad ones. Ascent sends them back as functions.NAME:IDX.',
      mend: NEWER_ENGINE,
    };
  },
};
