/** Files that are open in an editor with changes that are not on disk: read from and written through the editor. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import { type FileText, HostError, type TextFormat } from '../../host/host.ts';
import { lineEndOf, middleChange } from './textChange.ts';

/** Encodings that the plain host reads and writes itself; a file in any other goes through the editor. */
const FORMATS: Record<string, TextFormat> = {
  utf8: { charset: 'utf8', bom: false },
  utf8bom: { charset: 'utf8', bom: true },
  utf16le: { charset: 'utf16le', bom: true },
  utf16be: { charset: 'utf16be', bom: true },
  iso88591: { charset: 'latin1', bom: false },
};

/** The open document that holds the truth about a file, if one does. */
export function documentOf(file: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(
    document =>
      document.uri.scheme === 'file' &&
      samePath(document.uri.fsPath, file) &&
      (document.isDirty || !FORMATS[document.encoding]),
  );
}

export async function readDocument(document: vscode.TextDocument, maxBytes?: number): Promise<FileText> {
  const text = document.getText();
  const bytes = await vscode.workspace.encode(text, { encoding: document.encoding });
  if (maxBytes !== undefined && bytes.byteLength > maxBytes)
    throw new HostError('tooLarge', `${document.uri.fsPath} has ${bytes.byteLength} bytes`);
  return {
    path: document.uri.fsPath,
    text,
    hash: createHash('sha256').update(bytes).digest('hex'),
    format: FORMATS[document.encoding] ?? { charset: 'utf8', bom: false },
    unsaved: document.isDirty,
  };
}

/** Replaces the text and saves. `expect` as in Host.write; a document always exists. */
export async function writeDocument(
  document: vscode.TextDocument,
  text: string,
  expect: string | null,
): Promise<void> {
  const { version } = document;
  const { hash } = await readDocument(document);
  if (hash !== expect || document.version !== version) throw changed(document);

  const before = document.getText();
  if (!(await replaceText(document, text))) throw changed(document);
  if (!document.isDirty || (await document.save())) return;
  await replaceText(document, before);
  throw new HostError(
    'changed',
    `${document.uri.fsPath} has unsaved changes and could not be saved: it may have changed on disk as well`,
  );
}

/** One undoable edit of what differs. */
async function replaceText(document: vscode.TextDocument, text: string): Promise<boolean> {
  const edits: vscode.TextEdit[] = [];
  const { LF, CRLF } = vscode.EndOfLine;
  const lineEnd = lineEndOf(text);
  const wanted = lineEnd && (lineEnd === '\r\n' ? CRLF : LF);
  if (wanted && wanted !== document.eol) edits.push(vscode.TextEdit.setEndOfLine(wanted));
  const change = middleChange(document.getText(), text);
  if (change) {
    const range = new vscode.Range(document.positionAt(change.start), document.positionAt(change.end));
    edits.push(vscode.TextEdit.replace(range, change.text));
  }
  const edit = new vscode.WorkspaceEdit();
  edit.set(document.uri, edits);
  return vscode.workspace.applyEdit(edit);
}

const changed = (document: vscode.TextDocument) =>
  new HostError('changed', `${document.uri.fsPath} has changed in its editor; read it again`);

function samePath(a: string, b: string): boolean {
  const [left, right] = [path.normalize(a), path.normalize(b)];
  return process.platform === 'win32' ? left.toLowerCase() === right.toLowerCase() : left === right;
}
