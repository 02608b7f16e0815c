/** The Host inside VS Code: the plain host, with unsaved editors, their encodings, and the problems they show. */
import * as vscode from 'vscode';
import type { Host, TextFormat } from '../../host/host.ts';
import { readDocument, writeDocument } from './documents.ts';
import { asEditorReads, encodingOf, formatOf } from './encodings.ts';
import { openDocument } from './openDocument.ts';
import { createProblems } from './problems.ts';

export function createVscodeHost(plain: Host): Host {
  const problems = createProblems(path => host.read(path));
  const host: Host = {
    platform: plain.platform,
    machine: plain.machine,
    /** Follows the workspace, which may gain and lose folders. */
    get roots() {
      return workspaceRoots();
    },

    async read(path, limits) {
      const document = openDocument(path);
      if (document?.isDirty) return readDocument(document, limits?.maxBytes);
      return asEditorReads(await plain.read(path, limits));
    },
    async write(path, text, expect, format) {
      const hash = await writeText(plain, path, text, expect, format);
      problems.written(path);
      return hash;
    },
    problems: paths => problems.of(paths),

    stat: path => plain.stat(path),
    resolve: path => plain.resolve(path),
    list: path => plain.list(path),
    find: (path, globs, max, signal) => plain.find(path, globs, max, signal),
    search: (query, signal) => plain.search(query, signal),
    run: (spec, onOutput, signal) => plain.run(spec, onOutput, signal),
    sandbox: () => plain.sandbox(),
    repository: directory => plain.repository(directory),
    sweep: path => plain.sweep(path),
    takeUp: (begun, onOutput, signal) => plain.takeUp(begun, onOutput, signal),
  };
  return host;
}

async function writeText(
  plain: Host,
  path: string,
  text: string,
  expect: string | null,
  format: TextFormat | undefined,
): Promise<string> {
  const open = openDocument(path);
  if (open?.isDirty) return writeDocument(open, text, expect);
  // A new file gets the encoding that the editor would give it.
  const wanted = formatOf(encodingOf(path));
  if (expect === null && wanted) return plain.write(path, text, expect, wanted);
  if (wanted || format?.bom) return plain.write(path, text, expect, format);
  const empty = expect === null ? await plain.write(path, '', null) : undefined;
  const document = open ?? (await vscode.workspace.openTextDocument(vscode.Uri.file(path)));
  return writeDocument(document, text, empty ?? expect);
}

export function workspaceRoots(): string[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(folder => folder.uri.scheme === 'file')
    .map(folder => folder.uri.fsPath);
}
