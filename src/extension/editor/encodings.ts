/** In which encoding VS Code reads and writes a file. Bytes alone often cannot tell: any are valid Latin-1. */
import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { type FileText, HostError, type TextFormat } from '../../host/host.ts';
import { openDocument } from './openDocument.ts';

/** By VS Code's names: the encodings that the plain host writes itself. Any other is left to the editor. */
const FORMATS: Record<string, TextFormat> = {
  utf8: { charset: 'utf8', bom: false },
  utf8bom: { charset: 'utf8', bom: true },
  utf16le: { charset: 'utf16le', bom: true },
  utf16be: { charset: 'utf16be', bom: true },
  iso88591: { charset: 'latin1', bom: false },
};
/** The plain host finds these out from the bytes. */
const isEvident = (encoding: string) => encoding.startsWith('utf');

export const formatOf = (encoding: string): TextFormat | undefined => FORMATS[encoding];

/** That of the open editor (the person may have chosen it), else the one that the settings name. */
export function encodingOf(file: string): string {
  const named = () =>
    vscode.workspace.getConfiguration('files', vscode.Uri.file(file)).get<string>('encoding') ?? 'utf8';
  return openDocument(file)?.encoding ?? named();
}

/** A file read from disk, as the editor understands its bytes. A byte order mark outweighs every setting. */
export async function asEditorReads(read: FileText): Promise<FileText> {
  const encoding = encodingOf(read.path);
  if (isEvident(encoding) || read.format.bom) return read;
  const bytes = await vscode.workspace.fs.readFile(vscode.Uri.file(read.path));
  return {
    ...read,
    text: await vscode.workspace.decode(bytes, { encoding }),
    hash: createHash('sha256').update(bytes).digest('hex'),
    format: formatOf(encoding) ?? read.format,
  };
}

/** The editor would write a question mark, and say nothing. */
export async function demandEncodable(document: vscode.TextDocument, text: string): Promise<void> {
  const { encoding } = document;
  const bytes = await vscode.workspace.encode(text, { encoding });
  if ((await vscode.workspace.decode(bytes, { encoding })) === text) return;
  throw new HostError(
    'failed',
    `${document.uri.fsPath} is encoded in ${encoding}, which lacks some of the characters; use only those that it has`,
  );
}
