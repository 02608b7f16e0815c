/** The few parts of VS Code's API that unsaved editors need, over real files. */
import { readFileSync, writeFileSync } from 'node:fs';

export const EndOfLine = { LF: 1, CRLF: 2 } as const;
export class Position {
  readonly offset: number;
  constructor(offset: number) {
    this.offset = offset;
  }
}
export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(start: Position, end: Position) {
    this.start = start;
    this.end = end;
  }
}
type Edit = { range: Range; text: string } | { endOfLine: 1 | 2 };
export const TextEdit = {
  replace: (range: Range, text: string): Edit => ({ range, text }),
  setEndOfLine: (endOfLine: 1 | 2): Edit => ({ endOfLine }),
};
export class WorkspaceEdit {
  readonly entries: [Uri, Edit[]][] = [];
  set(uri: Uri, edits: Edit[]) {
    this.entries.push([uri, edits]);
  }
}
export interface Uri {
  scheme: string;
  fsPath: string;
}

export const turnedOver = (text: string) => Buffer.from(Buffer.from(text).map(byte => byte ^ 0xff));

const ENCODINGS: Record<string, (text: string) => Buffer> = {
  utf8: text => Buffer.from(text),
  utf8bom: text => Buffer.from(`\ufeff${text}`),
  utf16le: text => Buffer.from(`\ufeff${text}`, 'utf16le'),
  // Stands for any encoding that only VS Code knows: every bit is turned over.
  rot: turnedOver,
};

export class FakeDocument {
  readonly uri: Uri;
  readonly encoding: string;
  isDirty: boolean;
  version = 1;
  eol: 1 | 2;
  /** What saving finds on disk already, as VS Code remembers it. */
  #saved: Buffer;
  #text: string;
  /** Formats, as a save participant does. */
  onSave = (text: string) => text;

  constructor(path: string, text: string, { encoding = 'utf8', dirty = true } = {}) {
    this.uri = { scheme: 'file', fsPath: path };
    this.encoding = encoding;
    this.isDirty = dirty;
    this.#text = text;
    this.eol = text.includes('\r\n') ? 2 : 1;
    this.#saved = readFileSync(path);
  }
  getText() {
    return this.#text;
  }
  positionAt(offset: number) {
    return new Position(offset);
  }
  type(text: string) {
    this.#text = text;
    this.version++;
    this.isDirty = true;
  }
  apply(edits: Edit[]) {
    let text = this.#text;
    for (const edit of edits)
      if ('range' in edit)
        text = text.slice(0, edit.range.start.offset) + edit.text + text.slice(edit.range.end.offset);
    for (const edit of edits) if ('endOfLine' in edit) this.eol = edit.endOfLine;
    this.type(text.replace(/\r?\n/g, this.eol === 2 ? '\r\n' : '\n'));
  }
  async save() {
    if (!readFileSync(this.uri.fsPath).equals(this.#saved)) return false;
    this.#text = this.onSave(this.#text);
    this.#saved = ENCODINGS[this.encoding]!(this.#text);
    writeFileSync(this.uri.fsPath, this.#saved);
    this.isDirty = false;
    return true;
  }
}

export const workspace = {
  textDocuments: [] as FakeDocument[],
  workspaceFolders: [] as { uri: Uri }[],
  /** Called before an edit is applied: the person may type meanwhile. */
  beforeEdit: () => {},
  encode: async (text: string, { encoding }: { encoding: string }) => ENCODINGS[encoding]!(text),
  async applyEdit(edit: WorkspaceEdit) {
    workspace.beforeEdit();
    for (const [uri, edits] of edit.entries)
      workspace.textDocuments.find(d => d.uri.fsPath === uri.fsPath)?.apply(edits);
    return true;
  },
  openTextDocument: async () => ({ languageId: 'plaintext' }),
};
export const languages = {
  onDidChangeDiagnostics: () => ({ dispose() {} }),
  getDiagnostics: () => [],
};
export const Uri = { file: (fsPath: string): Uri => ({ scheme: 'file', fsPath }) };
export const DiagnosticSeverity = { Error: 0, Warning: 1, Information: 2, Hint: 3 };
