/** The light bulb: a problem can be fixed, a selection explained, fixed or tested. */
import * as vscode from 'vscode';
import type { CommandId } from '../commands/commands.ts';

const KIND = vscode.CodeActionKind.RefactorRewrite;
const ON_SELECTION: [title: string, command: CommandId][] = [
  ['Explain with Ascent', 'ascent.explainSelection'],
  ['Fix with Ascent', 'ascent.fixSelection'],
  ['Add Tests with Ascent', 'ascent.addTests'],
];

export function registerCodeActions(): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    { scheme: 'file' },
    { provideCodeActions },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, KIND] },
  );
}

function provideCodeActions(
  document: vscode.TextDocument,
  range: vscode.Range,
  { diagnostics, only }: vscode.CodeActionContext,
): vscode.CodeAction[] {
  if (!vscode.workspace.isTrusted || !vscode.workspace.getWorkspaceFolder(document.uri)) return [];
  const actions: vscode.CodeAction[] = [];
  if (diagnostics.length && (!only || only.contains(vscode.CodeActionKind.QuickFix))) {
    const fix = new vscode.CodeAction('Fix with Ascent', vscode.CodeActionKind.QuickFix);
    fix.diagnostics = [...diagnostics];
    fix.command = {
      title: fix.title,
      command: 'ascent.fixProblem' satisfies CommandId,
      arguments: [document.uri, diagnostics[0]!.range],
    };
    actions.push(fix);
  }
  if (!range.isEmpty && (!only || only.contains(KIND))) {
    for (const [title, command] of ON_SELECTION) {
      const action = new vscode.CodeAction(title, KIND);
      action.command = { title, command, arguments: [document.uri, range] };
      actions.push(action);
    }
  }
  return actions;
}
