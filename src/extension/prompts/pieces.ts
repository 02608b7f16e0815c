/** The piece of a file that an editor action is about. */
import * as vscode from 'vscode';
import type { ContextItem } from '../../protocol/events.ts';
import { Refused } from '../chat/refused.ts';
import { attach } from './attach.ts';

/** Lines shown around a problem, on each side. */
const AROUND = 5;
const SEVERITY = ['error', 'warning', 'info', 'hint'] as const;

/** The given range, or the selection of the active editor. */
export async function attachSelection(uri?: unknown, range?: unknown): Promise<ContextItem> {
  if (uri instanceof vscode.Uri && range instanceof vscode.Range) return attachRange(uri, range);
  const editor = vscode.window.activeTextEditor;
  if (!editor || editor.selection.isEmpty) throw new Refused('Select some code first.');
  return attachRange(editor.document.uri, editor.selection);
}

/** A problem with the lines around it. */
export async function attachProblem(uri?: unknown, range?: unknown): Promise<ContextItem> {
  if (uri instanceof vscode.Uri && range instanceof vscode.Range) return attachRange(uri, range, AROUND);
  const editor = vscode.window.activeTextEditor;
  const found =
    editor &&
    vscode.languages
      .getDiagnostics(editor.document.uri)
      .find(diagnostic => diagnostic.range.contains(editor.selection.active));
  if (!found) throw new Refused('Put the cursor on a problem first.');
  return attachRange(editor.document.uri, found.range, AROUND);
}

async function attachRange(uri: vscode.Uri, range: vscode.Range, around = 0): Promise<ContextItem> {
  const document = await vscode.workspace.openTextDocument(uri);
  // A selection that ends at the start of a line does not mean that line.
  const endLine =
    range.end.character === 0 && range.end.line > range.start.line ? range.end.line - 1 : range.end.line;
  const first = Math.max(0, range.start.line - around);
  const last = Math.min(document.lineCount - 1, endLine + around);
  const whole = new vscode.Range(first, 0, last, document.lineAt(last).text.length);
  const problems = vscode.languages
    .getDiagnostics(uri)
    .filter(diagnostic => diagnostic.range.intersection(range))
    .map(({ range: at, severity, message, source }) => ({
      line: at.start.line + 1,
      severity: SEVERITY[severity] ?? 'info',
      message,
      source,
    }));
  return attach({
    path: vscode.workspace.asRelativePath(uri),
    languageId: document.languageId,
    firstLine: first + 1,
    lastLine: last + 1,
    text: document.getText(whole),
    problems,
  });
}
