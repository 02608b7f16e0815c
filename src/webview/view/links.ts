import { linkTarget } from '../text/markdown.ts';
import { post } from '../vscode.ts';

/** Links and copy buttons inside rendered markdown, which has no components of its own. */
export function onMarkdownClick(e: MouseEvent): void {
  const target = (e.target as Element).closest<HTMLElement>('[data-href], [data-copy]');
  if (!target) return;
  // VS Code would follow the link too.
  e.preventDefault();
  e.stopPropagation();
  const { href } = target.dataset;
  if (href === undefined) {
    const text = target.closest('.code')?.querySelector('code')?.textContent ?? '';
    post({ type: 'copy', text });
    return;
  }
  const to = linkTarget(href);
  if (to && 'url' in to) post({ type: 'openLink', url: to.url });
  else if (to) post({ type: 'openFile', path: to.path, line: to.line });
}
