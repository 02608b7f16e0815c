/**
 * Where VS Code comes in. Activation only registers; everything else is made on first use.
 *
 * `onStartupFinished` is the cheapest event that works: quick fixes must be registered before a person asks for
 * them, and a run that a reload cut short must go on without anyone opening the chat. It fires after the window is
 * usable, and costs it nothing.
 */
import * as vscode from 'vscode';
import type { App } from './app.ts';
import { registerCodeActions } from './prompts/codeActions.ts';

let app: Promise<App> | undefined;

/** For the suites that run in an extension host; nobody else is given anything. */
export interface TestApi {
  secrets: vscode.SecretStorage;
}

export function activate(context: vscode.ExtensionContext): TestApi | undefined {
  const use = () => {
    app ??= import('./app.ts').then(({ createApp }) => createApp(context));
    return app;
  };
  const declared: { command: string }[] = context.extension.packageJSON.contributes.commands;
  context.subscriptions.push(
    vscode.window.registerWebviewViewProvider('ascent.chat', {
      resolveWebviewView: async view => (await use()).view.resolve(view),
    }),
    ...declared.map(({ command }) =>
      vscode.commands.registerCommand(command, async (...args) => (await use()).run(command, ...args)),
    ),
    registerCodeActions(),
  );
  const wasRunning = context.workspaceState.get<string[]>('ascent.running');
  if (wasRunning?.length) void use().then(made => made.restore());
  return context.extensionMode === vscode.ExtensionMode.Test ? { secrets: context.secrets } : undefined;
}

export async function deactivate(): Promise<void> {
  await (await app)?.close();
}
