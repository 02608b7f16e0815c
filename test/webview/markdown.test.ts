// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { blocks, grow, growing, linkTarget } from '../../src/webview/text/markdown.ts';
import { answer } from './stories/texts.ts';

function dom(markdown: string): HTMLElement {
  const element = document.createElement('div');
  element.innerHTML = blocks(markdown)
    .map(b => b.html)
    .join('');
  return element;
}

describe('hostile markdown', () => {
  it.each([
    ['<img src=x onerror=alert(1)>', 'img'],
    ['<script>alert(1)</script>', 'script'],
    ['text <iframe src="https://example.org"></iframe>', 'iframe'],
    ['<style>body{display:none}</style>', 'style'],
    ['<form action="https://example.org"><input name=a></form>', 'form, input'],
    ['<a href="javascript:alert(1)">x</a>', 'a'],
    ['<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>', 'svg'],
    ['![tracker](https://example.org/pixel.png)', 'img'],
    ['<button data-copy onclick="alert(1)">x</button>', 'button'],
  ])('%s is shown, not obeyed', (markdown, selector) => {
    expect(dom(markdown).querySelector(selector)).toBeNull();
  });

  it('leaves no handler, style or live href behind', () => {
    const all = dom(
      '[x](https://a.example "q\\" onmouseover=\\"alert(1)") <b style="position:fixed" onclick="x()">b</b>\n\n```"><img src=x onerror=alert(1)>\ncode\n```',
    );
    const names = [...all.querySelectorAll('*')].flatMap(e => e.getAttributeNames());
    expect(names.filter(name => /^on|^style$|^src$/.test(name))).toEqual([]);
    for (const link of all.querySelectorAll('a')) expect(link.getAttribute('href')).toBe('#');
  });

  it('follows only links that lead somewhere safe', () => {
    expect(
      dom('[x](javascript:alert(1)) [y](command:workbench.action.quit) [z](vscode://file/x)').querySelector(
        'a',
      ),
    ).toBeNull();
    expect(dom('[x](data:text/html,hi)').textContent).toContain('x (data:text/html,hi)');
    expect(linkTarget('https://a.example/b')).toEqual({ url: 'https://a.example/b' });
    expect(linkTarget('src/a.ts#L12')).toEqual({ path: 'src/a.ts', line: 12 });
    expect(linkTarget('src/a%20b.ts:7-9')).toEqual({ path: 'src/a b.ts', line: 7 });
    expect(linkTarget('C:\\shop\\a.ts')).toEqual({ path: 'C:\\shop\\a.ts' });
    expect(linkTarget('file:///etc/passwd')).toBeUndefined();
    expect(linkTarget('//a.example')).toBeUndefined();
  });
});

it('hides nothing and turns nothing round: such characters are spelled out, but where a script needs them', () => {
  const shown = (text: string) => {
    document.body.innerHTML = blocks(text)
      .map(block => block.html)
      .join('');
    return document.body.textContent;
  };
  expect(shown('pay \u202exe.fdp\u202c now')).toBe('pay \\u{202e}xe.fdp\\u{202c} now\n');
  expect(shown('`rm\u200b` [a\u2066b](https://x.example)')).toContain('rm\\u{200b} a\\u{2066}b (x.example)');
  expect(shown('```\na\u{e0041}b\n```')).toContain('a\\u{e0041}b');
  for (const plain of ['👩‍👩‍👧 ❤️ 👁️‍🗨️ 1️⃣', 'می‌خواهم', '漢\u{e0100}']) expect(shown(plain)).toBe(`${plain}\n`);
});

describe('markdown', () => {
  it('says where a link really leads, unless its text is the address', () => {
    expect(dom('[nodejs.org](https://evil.example/x)').textContent).toContain('nodejs.org (evil.example)');
    expect(dom('[x](https://nodejs.org@evil.example/)').textContent).toContain('x (evil.example)');
    expect(dom('[x](https://nod\u0435js.org/)').textContent).toContain('(xn--nodjs-1we.org)');
    expect(dom('https://a.example/b').textContent?.trim()).toBe('https://a.example/b');
  });

  it('shows a link with its target in the title, an image as a link', () => {
    const all = dom('[the docs](https://a.example/b) ![a plan](https://a.example/c.png)');
    const links = [...all.querySelectorAll('a')].map(a => [a.textContent, a.title, a.dataset.href]);
    expect(links).toEqual([
      ['the docs', 'https://a.example/b', 'https://a.example/b'],
      ['a plan (image)', 'https://a.example/c.png', 'https://a.example/c.png'],
    ]);
  });

  it('colours code it knows, and gives every code block a copy button', () => {
    const all = dom('```ts\nconst a = 1;\n```\n\n- list\n  ```\n  plain <b>\n  ```');
    expect(all.querySelectorAll('.hljs-keyword')).toHaveLength(1);
    expect(all.querySelectorAll('button[data-copy]')).toHaveLength(2);
    expect([...all.querySelectorAll('code')].map(c => c.textContent)).toEqual(['const a = 1;', 'plain <b>']);
  });

  it('shows tables and task lists', () => {
    const all = dom(answer);
    expect(all.querySelectorAll('td')).toHaveLength(6);
    expect(all.querySelector('td.right')?.textContent).toBe('-10');
    expect(all.querySelector('input')).toBeNull();
    expect(all.textContent).toContain('done: Tests pass');
  });
});

describe('a text that grows', () => {
  it('ends as if it had come at once, whatever the pieces', () => {
    for (const size of [1, 7, 40]) {
      let state = growing();
      for (let end = size; end < answer.length + size; end += size) state = grow(state, answer.slice(0, end));
      const shown = [...state.done, ...(state.tail ? [state.tail] : [])];
      expect(shown).toEqual(blocks(answer));
    }
  });

  it('never touches a finished block again', () => {
    const before = grow(growing(), 'One.\n\nTwo');
    const after = grow(before, 'One.\n\nTwo.\n\nThree');
    expect(after.done[0]).toBe(before.done[0]);
    expect(after.consumed).toBeGreaterThan(before.consumed);
  });

  it('colours code only when it is complete', () => {
    const open = grow(growing(), '```ts\nconst a = 1;\n');
    expect(open.tail?.html).not.toContain('hljs');
    expect(grow(open, '```ts\nconst a = 1;\n```\n\nDone').done[0]?.html).toContain('hljs');
  });
});
