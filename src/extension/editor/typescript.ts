/**
 * The JavaScript and TypeScript checker that comes with VS Code, asked directly. By itself it reports only what is open
 * in a tab (vscode#101885), and when it finds the time.
 */
import * as vscode from 'vscode';
import * as z from 'zod';
import type { Problem } from '../../protocol/display.ts';

/** What its problems name as their source. */
export const TYPESCRIPT = 'ts';
/** It starts with the first file it is asked about; milliseconds. */
const LONGEST_ANSWER = 10_000;
const LANGUAGES = ['javascript', 'javascriptreact', 'typescript', 'typescriptreact'];
const QUESTIONS = ['syntacticDiagnosticsSync', 'semanticDiagnosticsSync'];
const SEVERITIES: Record<string, Problem['severity']> = { error: 'error', warning: 'warning' };

const Answer = z.object({
  body: z.array(
    z.object({ start: z.object({ line: z.number().int() }), text: z.string(), category: z.string() }),
  ),
});

/** Undefined when it has nothing to say about such a file, or cannot be asked. */
export async function askTypeScript(document: vscode.TextDocument): Promise<Problem[] | undefined> {
  if (!LANGUAGES.includes(document.languageId)) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), LONGEST_ANSWER);
  });
  try {
    return await Promise.race([late, ask(document)]);
  } catch {
    // Another checker has its place, or this VS Code does not know the question.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function ask(document: vscode.TextDocument): Promise<Problem[]> {
  const answers = await Promise.all(
    QUESTIONS.map(question =>
      vscode.commands.executeCommand('typescript.tsserverRequest', question, { file: document.uri }),
    ),
  );
  return answers
    .flatMap(answer => Answer.parse(answer).body)
    .map(({ start, text, category }) => ({
      path: document.uri.fsPath,
      line: start.line,
      severity: SEVERITIES[category] ?? 'hint',
      message: text,
      source: TYPESCRIPT,
    }));
}
