import { NO_CALL, PROMPT_ONLY, type Probe, user } from '../probe.ts';

const LONG = 2_000;
/** The next answer may begin this much later than it does on an idle server; milliseconds. */
const PATIENCE_MS = 3_000;

/**
 * There is no cancel on this wire but closing the socket. A server that goes on generating keeps its slot: on one
 * that serves few requests at a time, the next question waits for an answer nobody reads.
 */
export const cancel: Probe = {
  id: 'cancel',
  title: 'Cancel frees the slot',
  load: () => ({ requests: 3, prompt: 150, output: 2 * PROMPT_ONLY + 50, most: 2 * PROMPT_ONLY + LONG }),
  async run({ chat, now }) {
    const sent = 'A short question; a long one, closed at its first token; the short one again';
    const short = async () => {
      const from = now();
      const reply = await chat({ messages: [user('Say yes.')], budget: PROMPT_ONLY });
      return reply.firstTokenMs ?? now() - from;
    };
    const idle = await short();
    const stop = new AbortController();
    const reason = new Error('closed by the probe');
    const whole = await chat({
      messages: [user('Count from 1 to 400, each number on a line of its own.')],
      budget: LONG,
      signal: stop.signal,
      onFirstToken: () => stop.abort(reason),
    }).catch(error => {
      if (error === reason || stop.signal.aborted) return undefined;
      throw error;
    });
    if (whole && whole.chunks <= 1)
      return {
        verdict: 'unknown',
        sent,
        got: whole.chunks ? 'the long answer came in one piece' : NO_CALL(whole),
        means: 'There was nothing left to cancel.',
      };
    const after = await short();
    const got = `first token after ${ms(idle)} on the idle server, ${ms(after)} right after the cancel`;
    if (after <= Math.max(3 * idle, idle + PATIENCE_MS))
      return { verdict: 'pass', sent, got, means: 'After Stop the backend is free for the next request.' };
    return {
      verdict: 'warn',
      sent,
      got,
      means:
        'The backend seems to go on with what was stopped: the next request waits, and a host may charge for it.',
      mend: 'Let the proxy in front close its upstream when the client goes (nginx: proxy_ignore_client_abort off; no response buffering), and use a newer engine.',
    };
  },
};

const ms = (value: number) => `${Math.round(value).toLocaleString('en')} ms`;
