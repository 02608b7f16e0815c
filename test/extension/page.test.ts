import { expect, it } from 'vitest';
import { pageHtml } from '../../src/extension/chat/html.ts';

it('the page runs our script and nothing else, and fetches nothing from elsewhere', () => {
  const html = pageHtml({ cspSource: 'https://*.local', script: 's.js', style: 's.css', nonce: 'N0nce' });
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
  const directives = new Map(policy.split('; ').map(d => [d.split(' ')[0], d.split(' ').slice(1).join(' ')]));
  expect(directives.get('default-src')).toBe("'none'");
  expect(directives.get('script-src')).toBe("'nonce-N0nce'");
  expect(policy).not.toMatch(/unsafe|data:|https:(?!\/\/\*\.local)|connect-src|img-src/);
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).toContain('<script type="module" nonce="N0nce" src="s.js">');
});
