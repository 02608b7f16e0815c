import path from 'node:path';
import * as vscode from 'vscode';

/** The document of a file, shown or not. */
export function openDocument(file: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(
    ({ uri }) => uri.scheme === 'file' && samePath(uri.fsPath, file),
  );
}

function samePath(a: string, b: string): boolean {
  const [left, right] = [path.normalize(a), path.normalize(b)];
  return process.platform === 'win32' ? left.toLowerCase() === right.toLowerCase() : left === right;
}
