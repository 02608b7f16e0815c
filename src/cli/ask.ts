/** Approvals and questions on a terminal. */
import { createInterface, type Interface } from 'node:readline/promises';
import type { FileDiff, ToolDisplay } from '../protocol/display.ts';
import type { Pending } from '../protocol/transcript.ts';
import type { Session } from '../session/sessions.ts';

/** As on the cards of the editor: an answer that comes sooner was typed before its question could be read. Milliseconds. */
const SOONEST_MS = 500;

/**
 * Asks each pending thing as it appears, one after the other, until `signal` ends it. `onGone` is called when the person
 * pressed Ctrl+C at a question (a terminal that reads keys sends no signal for it), or when the input ended there.
 */
export function answerOnTerminal(
  session: Session,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  signal: AbortSignal,
  onGone: (how: 'interrupted' | 'ended') => void,
): () => void {
  const asked = new Set<string>();
  let queue = Promise.resolve();
  let gone = false;
  const go = (how: 'interrupted' | 'ended') => {
    gone = true;
    onGone(how);
  };
  const ask = async (pending: Pending) => {
    if (gone || !session.transcript.head.pending.some(p => p.nonce === pending.nonce)) return;
    const lines = createInterface({ input, output });
    lines.once('SIGINT', () => go('interrupted'));
    try {
      const answer = await answerTo(questionFor(pending), lines, signal);
      if (answer !== undefined) reply(session, pending, answer.trim());
      else if (!gone && !signal.aborted) go('ended');
    } finally {
      lines.close();
    }
  };
  return session.subscribe(() => {
    for (const pending of session.transcript.head.pending) {
      if (asked.has(pending.nonce)) continue;
      asked.add(pending.nonce);
      queue = queue.then(() => ask(pending));
    }
  });
}

/** Undefined when the input ended or `signal` did. */
async function answerTo(
  question: string,
  lines: Interface,
  signal: AbortSignal,
): Promise<string | undefined> {
  const closed = new Promise<undefined>(resolve => lines.once('close', () => resolve(undefined)));
  for (let text = question; ; text = '  That was typed before the question was shown. Answer again.\n> ') {
    const shown = performance.now();
    const answer = await Promise.race([lines.question(text, { signal }), closed]).catch(() => undefined);
    if (answer === undefined || performance.now() - shown >= SOONEST_MS) return answer;
  }
}

function questionFor(pending: Pending): string {
  if (pending.kind === 'question') {
    const options = pending.options.map((option, i) => `  ${i + 1}. ${visible(option)}\n`).join('');
    return `\n${pending.question.split('\n').map(visible).join('\n')}\n${options}> `;
  }
  const { title, preview, reasons, offers } = pending;
  const always = offers
    .map(({ destination, label }, i) => `${i + 1}: ${DESTINATIONS[destination]}, allow ${visible(label)}\n`)
    .join('');
  const why = reasons.map(reason => `  ${visible(reason)}\n`).join('');
  return `\n${visible(title.ask)} ${visible(title.object)}?\n${previewText(preview)}${why}y: allow once\n${always}n: deny · or say why not\n> `;
}

const DESTINATIONS = {
  session: 'for this session',
  workspace: 'for this workspace',
  user: 'for all your workspaces',
};

function reply(session: Session, pending: Pending, answer: string): void {
  const { callId, nonce } = pending;
  if (pending.kind === 'question') {
    session.answer(callId, nonce, pending.options[Number(answer) - 1] ?? answer);
    return;
  }
  if (/^(y|yes)$/i.test(answer)) session.approve(callId, nonce, 'once');
  else if (/^[1-9]$/.test(answer) && pending.offers[Number(answer) - 1])
    session.approve(callId, nonce, { offer: Number(answer) - 1 });
  else session.approve(callId, nonce, 'deny', /^(n|no|)$/i.test(answer) ? undefined : answer);
}

function previewText(display: ToolDisplay): string {
  if (display.kind === 'diff') return display.files.map(diffText).join('');
  if (display.kind === 'command')
    return `  $ ${visible(display.command)}\n    in ${visible(display.cwd)}${waysOut[display.sandbox ?? 'inside']}\n`;
  return '';
}
const waysOut = { inside: '', network: ', with network', outside: ', OUTSIDE THE SANDBOX' };
function diffText({ path, hunks, target }: FileDiff): string {
  const through = target?.through === undefined ? '' : `, through the link ${visible(target.through)}`;
  return `--- ${visible(target?.path ?? path)}${through}\n${hunks.split('\n').map(visible).join('\n')}\n`;
}

/** Makes visible what a terminal would act on or hide: control, direction and zero-width characters. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, c =>
    c === '\t' ? c : `\\u{${c.codePointAt(0)?.toString(16)}}`,
  );
}
