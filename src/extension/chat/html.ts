/** The chat view's document: nothing in it but our own script and styles, and nothing it may fetch. */

export interface PageSources {
  /** The webview's own origin for local resources. */
  cspSource: string;
  script: string;
  style: string;
  /** Fresh for every document. */
  nonce: string;
}

export function pageHtml({ cspSource, script, style, nonce }: PageSources): string {
  const policy = [
    `default-src 'none'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style}">
<title>Ascent</title>
</head>
<body>
<div id="root"></div>
<script type="module" nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
