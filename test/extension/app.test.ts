/** In Restricted Mode the parts that could run something are not even made, whoever asks for them. */
import { expect, it, vi } from 'vitest';
import type { ExtensionContext } from 'vscode';
import { createApp } from '../../src/extension/app.ts';
import { handle } from '../../src/extension/chat/messages.ts';

const shown: string[] = vi.hoisted(() => []);
vi.mock('vscode', () => {
  const nothing = () => ({
    dispose() {},
    show() {},
    hide() {},
    info() {},
    error() {},
    warn() {},
    debug() {},
  });
  return {
    workspace: {
      isTrusted: false,
      workspaceFolders: [{ uri: { scheme: 'file', fsPath: '/work' } }],
      getConfiguration: () => ({ inspect: () => undefined }),
      onDidChangeConfiguration: nothing,
      onDidGrantWorkspaceTrust: nothing,
      onDidChangeWorkspaceFolders: nothing,
      onDidCloseTextDocument: nothing,
      registerTextDocumentContentProvider: nothing,
    },
    window: {
      createOutputChannel: nothing,
      createStatusBarItem: nothing,
      showErrorMessage: async (text: string) => void shown.push(text),
    },
    env: { appRoot: '/nowhere' },
    commands: { executeCommand: async () => {} },
    EventEmitter: class {
      event = nothing;
      fire() {}
    },
    Uri: { file: (file: string) => ({ fsPath: file }), joinPath: () => '', parse: String },
    CodeActionKind: { RefactorRewrite: '', QuickFix: '' },
    StatusBarAlignment: {},
    DiagnosticSeverity: {},
    ThemeColor: class {},
    CancellationError: class {},
  };
});

it('no message of the page makes them', async () => {
  const app = createApp({
    subscriptions: [],
    extension: { id: 'ascent.ascent', packageJSON: { version: '0' } },
    workspaceState: { get: () => undefined, update: async () => {} },
    globalStorageUri: { fsPath: '/nowhere/User/globalStorage/ascent' },
    secrets: {},
  } as unknown as ExtensionContext);
  await expect(app.engine()).rejects.toThrow('Trust this folder first');
  await handle({ type: 'listSessions' }, app);
  await handle({ type: 'openSession', id: '20261123-143005-x7k2' }, app);
  await handle({ type: 'findFiles', query: 'a', request: 1 }, app);
  expect(shown).toEqual(Array(3).fill('Trust this folder first; nothing is loaded before.'));
});
