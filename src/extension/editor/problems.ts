/** The problems that VS Code's language extensions see. */
import * as vscode from 'vscode';
import type { Problem } from '../../protocol/display.ts';

/** How long the problems of a file just written may take to come; milliseconds. */
const LONGEST_WAIT = 1_500;
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
  of(files: string[]): Promise<Problem[]>;
}

export function createProblems(): Problems {
  const fresh = new Map<string, { settled: Promise<void> }>();
  return {
    written(file) {
      fresh.set(file, { settled: settledProblems(vscode.Uri.file(file)) });
    },
    async of(files) {
      const wanted = files.length ? files : [...fresh.keys()];
      await Promise.all(wanted.map(file => fresh.get(file)?.settled));
      for (const file of wanted) fresh.delete(file);
      const found = files.length
        ? files.map(file => [file, vscode.languages.getDiagnostics(vscode.Uri.file(file))] as const)
        : vscode.languages
            .getDiagnostics()
            .filter(([uri]) => uri.scheme === 'file')
            .map(([uri, list]) => [uri.fsPath, list] as const);
      return found.flatMap(([file, list]) => list.map(diagnostic => problemOf(file, diagnostic)));
    },
  };
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

/** Checkers look at open documents only, so the file is opened (without being shown). Never rejects. */
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
