/** Answers the probes of a backend's verification as a sound backend with a careful model would. */

import { sample } from '../sample.ts';
import { act, answer, type Call, readFile, type Scenario, writeFile } from '../script.ts';
import type { WireTool } from '../wire.ts';

const MARK = '(This is a check of the backend.)';
const NUMBERED = /exactly (\d+) numbered lines.*`([^`]+)`/s;

export const backendCheck: Scenario = {
  name: 'backend-check',
  about: 'The probes of **Ascent: Verify Backend**: answers them as a sound backend would',
  matches: text => text.includes(MARK),
  next({ task, done, declared }) {
    const text = task.replace(MARK, '');
    const offers = (name: string) => declared.some(tool => tool.function.name === name);
    const [, lines, line] = NUMBERED.exec(text) ?? [];
    if (lines && line && offers('write_file'))
      return act(
        `${lines} lines, each written out.`,
        writeFile({
          path: 'lines.txt',
          content: Array.from({ length: Number(lines) }, (_, index) => `${index + 1}: ${line}`).join('\n'),
        }),
      );
    const unread = /^Read\b/.test(text) && offers('read_file') ? unreadIn(text, done.length) : [];
    if (unread.length) return act('These files are asked for.', ...unread.map(path => readFile({ path })));
    const call = done.length ? undefined : fitting(text, declared);
    if (call) return act('One of the tools fits.', call);
    return answer('No tool is needed for this.', plainAnswer(text));
  },
};

function unreadIn(text: string, read: number): string[] {
  const paths = (text.match(/[\w/]+\.(txt|ts)\b/g) ?? []).slice(read);
  return /one after the other/.test(text) ? paths.slice(0, 1) : paths;
}

function plainAnswer(text: string): string {
  const times = /(\d+) times (\d+)/.exec(text);
  if (times) return String(Number(times[1]) * Number(times[2]));
  const count = /Count from 1 to (\d+)/.exec(text);
  if (count) return Array.from({ length: Number(count[1]) }, (_, index) => index + 1).join('\n');
  return 'Yes.';
}

/** The tool whose name and description share the most words with the request; none where they share nothing. */
function fitting(text: string, declared: readonly WireTool[]): Call | undefined {
  const asked = wordsOf(text);
  const scored = declared.map(({ function: { name, description = '', parameters = {} } }) => ({
    name,
    parameters,
    score: [...wordsOf(`${name} ${description}`)].filter(word => asked.has(word)).length,
  }));
  const [best] = scored.sort((a, b) => b.score - a.score);
  if (!best?.score) return undefined;
  return { name: best.name, arguments: sample(best.parameters) as Record<string, unknown> };
}

const wordsOf = (text: string) => new Set(text.toLowerCase().match(/[a-z]{4,}/g));
