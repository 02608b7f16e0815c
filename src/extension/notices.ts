/** The notifications: the one place where text of others enters them. */
import * as vscode from 'vscode';

/** VS Code makes a link of `[words](command:...)`, and a click on it runs the command. Apart, the two are only text. */
export const unlinked = (text: string) => text.replaceAll('](', '] (');

/** All three resolve to the item that the person chose. */
export const inform = (text: string, ...items: string[]) =>
  vscode.window.showInformationMessage(unlinked(text), ...items);
export const warn = (text: string, ...items: string[]) =>
  vscode.window.showWarningMessage(unlinked(text), ...items);
export const complain = (text: string, ...items: string[]) =>
  vscode.window.showErrorMessage(unlinked(text), ...items);
