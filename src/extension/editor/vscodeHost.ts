/** The Host inside VS Code: the plain host, with unsaved editors, their encodings, and the problems they show. */
import * as vscode from 'vscode';
import type { Host } from '../../host/host.ts';
import { documentOf, readDocument, writeDocument } from './documents.ts';
import { createProblems } from './problems.ts';

export function createVscodeHost(plain: Host): Host {
  const problems = createProblems();
  return {
    platform: plain.platform,
    /** Follows the workspace, which may gain and lose folders. */
    get roots() {
      return workspaceRoots();
    },

    async read(path, limits) {
      const document = documentOf(path);
      return document ? readDocument(document, limits?.maxBytes) : plain.read(path, limits);
    },
    async write(path, text, expect, format) {
      const document = documentOf(path);
      let hash: string;
      if (document) {
        await writeDocument(document, text, expect);
        // Saving may have formatted it.
        hash = (await readDocument(document)).hash;
      } else hash = await plain.write(path, text, expect, format);
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
  };
}

export function workspaceRoots(): string[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(folder => folder.uri.scheme === 'file')
    .map(folder => folder.uri.fsPath);
}
