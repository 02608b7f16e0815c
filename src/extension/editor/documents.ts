/** Reading and writing through the editor: what a document holds may not be on disk. */
import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { type FileText, HostError } from '../../host/host.ts';
import { demandEncodable, formatOf } from './encodings.ts';
import { lineEndOf, middleChange } from './textChange.ts';

export async function readDocument(document: vscode.TextDocument, maxBytes?: number): Promise<FileText> {
  const text = document.getText();
  const bytes = await vscode.workspace.encode(text, { encoding: document.encoding });
  if (maxBytes !== undefined && bytes.byteLength > maxBytes)
    throw new HostError('tooLarge', `${document.uri.fsPath} has ${bytes.byteLength} bytes`);
  return {
    path: document.uri.fsPath,
    text,
    hash: createHash('sha256').update(bytes).digest('hex'),
    format: formatOf(document.encoding) ?? { charset: 'utf8', bom: false },
    unsaved: document.isDirty,
  };
}

/** Replaces the text, saves, and gives the new hash. `expect` as in Host.write; a document always exists. */
export async function writeDocument(
  document: vscode.TextDocument,
  text: string,
  expect: string | null,
): Promise<string> {
  await demandEncodable(document, text);
  const { version } = document;
  const { hash } = await readDocument(document);
  if (hash !== expect || document.version !== version) throw changed(document);

  const before = document.getText();
  if (!(await replaceText(document, text))) throw changed(document);
  // Saving may format it.
  if (!document.isDirty || (await document.save())) return (await readDocument(document)).hash;
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
