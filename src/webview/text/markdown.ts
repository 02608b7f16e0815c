/**
 * The model's markdown to html that is safe to set: raw html is shown as text, images become links, links carry their
 * target in `data-href` for the host to open, and DOMPurify stands behind it all.
 */
import DOMPurify from 'dompurify';
import { Marked, type Token, type Tokens } from 'marked';
import { glyphs } from '../view/glyphs.ts';
import { highlight } from './highlight.ts';
import { unhidden } from './visible.ts';

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replace(/[&<>"']/g, c => escapes[c]!);

const icon = (name: keyof typeof glyphs) => `<span class="icon" aria-hidden="true">${glyphs[name]}</span>`;

/** What a click on a link may do; undefined for targets nobody should follow from here (javascript:, command:, ...). */
export function linkTarget(href: string): { url: string } | { path: string; line?: number } | undefined {
  if (/^(?:https?|mailto):/i.test(href)) return { url: href };
  if (/^[a-z][a-z\d+.-]+:(?!\d)/i.test(href) || href.startsWith('//') || href.startsWith('#'))
    return undefined;
  const m = /^(.+?)(?:#L|:)(\d+)(?:[-:,].*)?$/.exec(href);
  return m ? { path: decode(m[1]!), line: Number(m[2]) } : { path: decode(href) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Where a link really leads is part of what it says, unless its text is the address itself. */
function link(href: string, inner: string): string {
  if (!linkTarget(href)) return `${inner} (${escaped(href)})`;
  const anchor = `<a href="#" data-href="${escaped(href)}" title="${escaped(href)}">${inner}</a>`;
  const host = URL.parse(href)?.host;
  return host && inner !== escaped(href)
    ? `${anchor} <span class="link-host">(${escaped(host)})</span>`
    : anchor;
}

const marked = new Marked({
  gfm: true,
  renderer: {
    html: ({ text }) => escaped(text),
    link({ href, tokens }) {
      return link(href, this.parser.parseInline(tokens));
    },
    image: ({ href, text }) => link(href, `${escaped(text || 'image')} (image)`),
    checkbox: ({ checked }) =>
      checked
        ? `${icon('pass')}<span class="sr-only">done: </span>`
        : `${icon('circle')}<span class="sr-only">to do: </span>`,
    code({ text, lang }) {
      const language = /^[\w+#-]+/.exec(lang ?? '')?.[0] ?? '';
      const body = (unfinished ? undefined : highlight(text, language.toLowerCase())) ?? escaped(text);
      return (
        `<div class="code"><div class="code-bar"><span>${escaped(language)}</span>` +
        `<button type="button" class="icon-button" data-copy aria-label="Copy code" title="Copy code">${icon('copy')}</button></div>` +
        `<pre tabindex="0"><code>${body}</code></pre></div>`
      );
    },
    table(token) {
      return `<div class="table" tabindex="0">${tableHtml.call(this, token)}</div>`;
    },
  },
});

function tableHtml(
  this: { parser: { parseInline(tokens: Token[]): string } },
  { header, rows, align }: Tokens.Table,
) {
  const row = (cells: Tokens.TableCell[], tag: 'th' | 'td') =>
    `<tr>${cells
      .map((cell, i) => {
        const side = align[i] ? ` class="${align[i]}"` : '';
        return `<${tag}${side}>${this.parser.parseInline(cell.tokens)}</${tag}>`;
      })
      .join('')}</tr>`;
  return `<table><thead>${row(header, 'th')}</thead><tbody>${rows.map(cells => row(cells, 'td')).join('')}</tbody></table>`;
}

/** Set while a block is rendered that is still being written: its code is not coloured yet. */
let unfinished = false;

const TAGS =
  'a b blockquote br button code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr li ol p pre s span strong sub sup table tbody td th thead tr ul'.split(
    ' ',
  );
const ATTRIBUTES = 'aria-hidden aria-label class data-copy data-href href start tabindex title type'.split(
  ' ',
);

function toHtml(tokens: Token[]): string {
  return DOMPurify.sanitize(unhidden(marked.parser(tokens)), {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  });
}

export interface Block {
  /** Where it begins in the text: its key while the text grows. */
  at: number;
  html: string;
}

/** How far a growing text has been rendered: `done` never changes again, only what follows `consumed` is parsed. */
export interface Growing {
  done: Block[];
  consumed: number;
  tail: Block | undefined;
}
export const growing = (): Growing => ({ done: [], consumed: 0, tail: undefined });

/** Parses on from where `before` ended. The last block stays open: more text may belong to it. */
export function grow(before: Growing, text: string): Growing {
  const tokens = marked.lexer(text.slice(before.consumed));
  const last = tokens.findLastIndex(token => token.type !== 'space');
  const done = [...before.done];
  let at = before.consumed;
  for (const token of tokens.slice(0, Math.max(last, 0))) {
    if (token.type !== 'space') done.push({ at, html: toHtml([token]) });
    at += token.raw.length;
  }
  if (last < 0) return { done, consumed: at, tail: undefined };
  unfinished = true;
  try {
    return { done, consumed: at, tail: { at, html: toHtml([tokens[last]!]) } };
  } finally {
    unfinished = false;
  }
}

/** A whole text, block by block. */
export function blocks(text: string): Block[] {
  let at = 0;
  const found: Block[] = [];
  for (const token of marked.lexer(text)) {
    if (token.type !== 'space') found.push({ at, html: toHtml([token]) });
    at += token.raw.length;
  }
  return found;
}
