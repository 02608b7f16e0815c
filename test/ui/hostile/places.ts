/** A session in which one text stands everywhere that a text from outside can stand. */
import type { Offer } from '../../../src/protocol/approvals.ts';
import type { ToolDisplay, ToolTitle } from '../../../src/protocol/display.ts';
import type { HostMessage, Snapshot } from '../../../src/protocol/view.ts';
import { type Call, script } from '../../webview/stories/script.ts';

/** As it comes back from history. */
export function everywhere(text: string): Snapshot {
  const title: ToolTitle = { ask: 'Run', busy: 'Running', done: text, object: text, detail: text };
  const diff = { path: text, change: 'modified' as const, added: 1, removed: 1 };
  const lines = text.split('\n');
  const hunks = `@@ -1,1 +1,${lines.length} @@\n-x\n${lines.map(line => `+${line}`).join('\n')}\n`;
  const problem = { path: text, line: 1, severity: 'error' as const, message: text, source: text };
  const outcome = { exitCode: 1, signal: null, output: text, totalBytes: text.length, fullOutput: text };
  const displays: ToolDisplay[] = [
    { kind: 'text', text },
    { kind: 'file', path: text, firstLine: 1, lastLine: 2, totalLines: 3 },
    { kind: 'matches', pattern: text, count: 1, files: 1, sample: text, limited: true },
    { kind: 'paths', paths: [text, text], count: 2, limited: true },
    { kind: 'diff', files: [{ ...diff, hunks }], problems: [problem] },
    { kind: 'command', command: text, cwd: text, outcome },
    { kind: 'plan', items: [{ text, status: 'active' }] },
    { kind: 'problems', problems: [problem], files: 1 },
    { kind: 'question', question: text, options: [text], answer: text },
  ];
  const calls: Call[] = displays.map(display => ({ name: display.kind, title, display }));
  const s = script({ title: text }).say(text, [{ label: text, text }]);
  s.step({ reasoning: text, text, calls: [...calls, { name: 'failed', title, error: text }] });
  s.emit({ type: 'notice', level: 'warning', code: 'x', text });
  s.end('failed', { kind: 'x', message: text, hint: text, action: 'retry' });
  s.say(text);
  const asked = s.reply({ text, calls: [calls[5]!, calls[4]!, calls[8]!] });
  const offers: Offer[] = [{ destination: 'workspace', rule: { kind: 'edits' }, label: text }];
  s.ask(asked[0]!, { kind: 'command', command: text, cwd: text }, [text], offers, 0);
  s.ask(asked[1]!, displays[4]!, [text], offers);
  s.emit({ type: 'question.asked', callId: asked[2]!, nonce: 'n', question: text, options: [text, text] });
  const snapshot = s.snapshot();
  return {
    ...snapshot,
    examples: [{ label: text, prompt: text }],
    backend: { label: text, standIn: true },
  };
}

/** As it comes while the model and a command write it, in pieces. */
export function written(text: string): HostMessage[] {
  const s = script({}).say('Look').beginStep();
  const third = Math.ceil(text.length / 3);
  const parts = [0, 1, 2].map(i => text.slice(i * third, (i + 1) * third));
  const live = (type: 'reasoning.delta' | 'text.delta') =>
    parts.map(part => ({ type: 'update' as const, items: [], live: [{ type, text: part }] }));
  return [
    s.snapshot(),
    ...live('reasoning.delta'),
    ...live('text.delta'),
    { type: 'toast', level: 'error', text },
    { type: 'sessions', sessions: [{ id: text, title: text, updatedAt: 0, running: true }] },
  ];
}
