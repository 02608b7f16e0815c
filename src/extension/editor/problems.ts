/** The problems that VS Code's language extensions see. */
import * as vscode from 'vscode';
import type { Problem } from '../../protocol/display.ts';
import { askTypeScript, TYPESCRIPT } from './typescript.ts';

/** How long the problems of a file just written may take to come; milliseconds. */
const LONGEST_WAIT = 1_500;
/** How long an open document may take to follow its file, on a busy machine; milliseconds. */
const LONGEST_CATCH_UP = 5_000;
/** After the first news, how long it must be quiet: checkers report in several rounds. */
const QUIET = 250;

const SEVERITIES: Record<vscode.DiagnosticSeverity, Problem['severity']> = {
  [vscode.DiagnosticSeverity.Error]: 'error',
  [vscode.DiagnosticSeverity.Warning]: 'warning',
  [vscode.DiagnosticSeverity.Information]: 'info',
  [vscode.DiagnosticSeverity.Hint]: 'hint',
};

export interface Problems {
  /** A file was written: the next `of` that asks for it waits for its new problems. */
  written(file: string): void;
  /** Of these files, open or not; without any, of all that VS Code has problems of. */
  of(files: string[]): Promise<Problem[]>;
}

/** `read` gives the text of a file as it is now. */
export function createProblems(read: (file: string) => Promise<{ text: string }>): Problems {
  const fresh = new Map<string, { settled: Promise<void> }>();

  /** Checkers look at open documents only, so the file is opened (without being shown). */
  async function lookAt(file: string): Promise<Problem[]> {
    const uri = vscode.Uri.file(file);
    const document = await vscode.workspace.openTextDocument(uri).then(undefined, () => undefined);
    // Gone again, or no text.
    if (!document) return [];
    await catchUp(document, read);
    const checked = await askTypeScript(document);
    if (!checked || othersReport()) await fresh.get(file)?.settled;
    fresh.delete(file);
    const reported = vscode.languages.getDiagnostics(uri);
    const others = checked ? reported.filter(({ source }) => source !== TYPESCRIPT) : reported;
    return [...(checked ?? []), ...others.map(diagnostic => problemOf(file, diagnostic))];
  }

  return {
    written(file) {
      fresh.set(file, { settled: settledProblems(vscode.Uri.file(file)) });
    },
    async of(files) {
      if (files.length) return (await Promise.all(files.map(lookAt))).flat();
      await Promise.all([...fresh.values()].map(({ settled }) => settled));
      fresh.clear();
      return vscode.languages
        .getDiagnostics()
        .filter(([uri]) => uri.scheme === 'file')
        .flatMap(([uri, list]) => list.map(diagnostic => problemOf(uri.fsPath, diagnostic)));
    },
  };
}

/** A linter at work is worth waiting for, though the answer of the main checker is there. */
const othersReport = () =>
  vscode.languages.getDiagnostics().some(([, list]) => list.some(({ source }) => source !== TYPESCRIPT));

/** The document of a file that was just written may still have its old text. */
async function catchUp(
  document: vscode.TextDocument,
  read: (file: string) => Promise<{ text: string }>,
): Promise<void> {
  const lines = (text: string) => text.replaceAll('\r\n', '\n');
  const wanted = await read(document.uri.fsPath).then(
    found => lines(found.text),
    () => undefined,
  );
  if (wanted === undefined || lines(document.getText()) === wanted) return;
  await new Promise<void>(resolve => {
    const end = () => {
      clearTimeout(timer);
      listening.dispose();
      resolve();
    };
    const timer = setTimeout(end, LONGEST_CATCH_UP);
    const listening = vscode.workspace.onDidChangeTextDocument(event => {
      if (event.document === document && lines(document.getText()) === wanted) end();
    });
  });
}

function problemOf(file: string, diagnostic: vscode.Diagnostic): Problem {
  return {
    path: file,
    line: diagnostic.range.start.line + 1,
    severity: SEVERITIES[diagnostic.severity],
    message: diagnostic.message,
    source: diagnostic.source,
  };
}

/** Never rejects. */
async function settledProblems(uri: vscode.Uri): Promise<void> {
  let cancel = () => {};
  const quiet = new Promise<void>(resolve => {
    let timer = setTimeout(resolve, LONGEST_WAIT);
    const end = setTimeout(resolve, LONGEST_WAIT);
    const listening = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (!uris.some(changed => changed.toString() === uri.toString())) return;
      clearTimeout(timer);
      timer = setTimeout(resolve, QUIET);
    });
    cancel = () => {
      clearTimeout(timer);
      clearTimeout(end);
      listening.dispose();
      resolve();
    };
  });
  try {
    const document = await vscode.workspace.openTextDocument(uri);
    // Nobody checks plain text.
    if (document.languageId !== 'plaintext') await quiet;
  } catch {
    // Gone again, or no text: there is nothing to wait for.
  } finally {
    cancel();
  }
}
