import { expect, it } from 'vitest';
import { highlight } from '../../src/webview/text/highlight.ts';

it.each(['js', 'javascript', 'jsx', 'mjs', 'ts', 'tsx', 'py', 'c', 'sh', 'json', 'yaml', 'html'])(
  'code marked %s gets its colours',
  language => {
    expect(highlight('const a = "text"; // note\n<b class="x">', language)).toContain('hljs-');
  },
);

it('an unknown language stays plain', () => {
  expect(highlight('a', 'brainfuck')).toBeUndefined();
});
