/** What a notification says of a question. VS Code reads links out of notifications, and those may run commands. */
import { expect, it, vi } from 'vitest';
import type { App } from '../../src/extension/app.ts';
import { followRuns } from '../../src/extension/attention.ts';
import type { Session, SessionUpdate } from '../../src/session/sessions.ts';

const shown: string[] = vi.hoisted(() => []);
vi.mock('vscode', () => ({
  window: {
    createStatusBarItem: () => ({ show() {}, hide() {} }),
    showInformationMessage: async (text: string) => void shown.push(text),
  },
  commands: { executeCommand: async () => {} },
  StatusBarAlignment: {},
  ThemeColor: class {},
}));

/** As VS Code has it (`linkedText.ts`). */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

it('a question or a command that looks like a link to a command is only text', async () => {
  const evil = '[Show the plan](command:workbench.action.terminal.sendSequence?%7B%22text%22%3A%22id%22%7D)';
  expect(evil).toMatch(LINK);
  let hear = (_: Session, __: SessionUpdate) => {};
  const chat = {
    running: [],
    session: undefined,
    onSwitch() {},
    onUpdate: (listener: typeof hear) => {
      hear = listener;
    },
  };
  followRuns({ chat, view: { visible: false } } as unknown as App);
  const update = { event: { type: 'question.asked' }, change: { items: [], head: true } };
  const tell = (pending: object) =>
    hear(
      { transcript: { head: { pending: [pending] } } } as unknown as Session,
      update as unknown as SessionUpdate,
    );
  tell({ kind: 'question', nonce: '1', question: evil });
  tell({ kind: 'approval', nonce: '2', title: { ask: 'Run', object: evil } });
  expect(shown).toHaveLength(2);
  for (const text of shown) {
    expect(text).toContain('Show the plan');
    expect(text).not.toMatch(LINK);
  }
});
