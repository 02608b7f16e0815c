/** Pages in an editor tab that are read, not worked with: no script, nothing fetched, the theme's own colours. */

/** Text that went through `html` already. */
export interface Html {
  readonly html: string;
}

/** What is put in is escaped, unless it is Html itself. */
export function html(
  parts: TemplateStringsArray,
  ...values: (string | number | Html | readonly Html[])[]
): Html {
  const text = parts.reduce((all, part, index) => all + render(values[index - 1] ?? '') + part);
  return { html: text };
}

function render(value: string | number | Html | readonly Html[]): string {
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return 'html' in value ? value.html : value.map(part => part.html).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replace(/[&<>"']/g, sign => ENTITIES[sign]!);

export interface PageParts {
  title: string;
  body: Html;
  /** Fresh for every document. */
  nonce: string;
}

export function page({ title, body, nonce }: PageParts): string {
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${{ html: policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="${nonce}">${{ html: STYLE }}</style>
<title>${title}</title>
</head>
<body><main>${body}</main></body>
</html>`.html;
}

/** A link to one of our commands, which looks like a button. The panel has to allow the command. */
export const button = (command: string, label: string): Html =>
  html`<a class="button" role="button" href="command:${command}">${label}</a>`;

const STYLE = `
body { padding: 0; color: var(--vscode-foreground); font: var(--vscode-font-size)/1.5 var(--vscode-font-family); }
main { max-width: 880px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { margin: 0 0 4px; font-size: 1.5em; font-weight: 600; }
h2 { margin: 28px 0 6px; font-size: 1.1em; font-weight: 600; }
p { margin: 4px 0; }
.dim, dt, th { color: var(--vscode-descriptionForeground); }
code { font-family: var(--vscode-editor-font-family); font-size: 0.95em; overflow-wrap: anywhere; }
.bar { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 14px 0 18px; align-items: center; }
.bar .button { margin-left: auto; }
.button { padding: 4px 12px; border-radius: 2px; text-decoration: none;
  color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground);
  border: 1px solid var(--vscode-contrastBorder, var(--vscode-button-border, var(--vscode-widget-border, transparent))); }
.button:hover { color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryHoverBackground); }
.button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
.finding { display: grid; grid-template-columns: 20px minmax(0, 1fr); gap: 0 8px; padding: 12px 0;
  border-top: 1px solid var(--vscode-widget-border, var(--vscode-contrastBorder, var(--vscode-editorWidget-border))); }
.finding h3 { margin: 0; font-size: 1em; font-weight: 600; }
.finding h3 .dim { font-weight: normal; }
.finding dl { grid-column: 2; display: grid; grid-template-columns: 5.5em minmax(0, 1fr); gap: 2px 8px; margin: 4px 0 0; }
dd { margin: 0; overflow-wrap: anywhere; }
.sign { width: 16px; height: 16px; margin-top: 2px; }
.sign svg { display: block; }
.pass { color: var(--vscode-testing-iconPassed); }
.warn { color: var(--vscode-editorWarning-foreground, var(--vscode-list-warningForeground)); }
.fail { color: var(--vscode-testing-iconFailed, var(--vscode-errorForeground)); }
.unknown { color: var(--vscode-descriptionForeground); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { font-weight: normal; text-align: left; width: 14em; }
table.tally th { width: 5em; }
th, td { padding: 5px 8px 5px 0; vertical-align: top; overflow-wrap: anywhere;
  border-top: 1px solid var(--vscode-widget-border, var(--vscode-contrastBorder, var(--vscode-editorWidget-border))); }
@media (max-width: 480px) {
  .finding dl { grid-template-columns: 1fr; }
  .finding dt { margin-top: 4px; }
  table:not(.tally) th { width: 40%; }
}
`;
