/**
 * Draws the stories: node test/webview/page/draw.ts FOLDER [STORY-PATTERN] [THEMES] [WIDTHS]
 * One picture a story, theme and width. Fails when a page logs an error or is wider than its frame.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { chromium } from 'playwright-core';
import { type Story, stories } from '../stories/stories.ts';

const [folder, pattern = '', themes = 'dark,light,hc-dark,hc-light', widths = '300,500,900'] =
  process.argv.slice(2);
if (!folder) throw new Error('Say where the pictures go: draw.ts FOLDER [STORY-PATTERN] [THEMES] [WIDTHS]');
mkdirSync(folder, { recursive: true });

const built = await esbuild.build({
  entryPoints: [path.join(import.meta.dirname, 'main.ts')],
  outdir: folder,
  bundle: true,
  write: false,
  format: 'esm',
  target: 'chrome130',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
});
const files = new Map(built.outputFiles.map(file => [`/${path.basename(file.path)}`, file.contents]));
const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };
const html = readFileSync(path.join(import.meta.dirname, 'page.html'));
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url!, 'http://page');
  const file = files.get(pathname);
  if (pathname === '/favicon.ico') response.statusCode = 204;
  response.setHeader('content-type', (file && types[path.extname(pathname)]) || 'text/html');
  response.end(file ?? html);
}).listen(0, '127.0.0.1');
await new Promise(resolve => server.once('listening', resolve));
const { port } = server.address() as AddressInfo;

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const wrong: string[] = [];
try {
  for (const theme of themes.split(','))
    for (const width of widths.split(',').map(Number))
      for (const story of stories.filter(s => new RegExp(pattern).test(s.name)))
        await draw(story, theme, width);
} finally {
  await browser.close();
  server.close();
}
if (wrong.length) console.error(wrong.join('\n'));
process.exitCode = wrong.length ? 1 : 0;

async function draw(story: Story, theme: string, width: number): Promise<void> {
  const name = `${story.name}-${theme}-${width}`;
  const page = await browser.newPage({
    viewport: { width, height: 760 },
    forcedColors: 'none',
    reducedMotion: 'reduce',
  });
  page.setDefaultTimeout(5_000);
  page.on('console', m => m.type() === 'error' && wrong.push(`${name}: ${m.text()}`));
  page.on('pageerror', e => wrong.push(`${name}: ${e.message}`));
  await page.goto(`http://127.0.0.1:${port}/?story=${story.name}&theme=${theme}`);
  await page.waitForSelector('.app');
  await page.evaluate(() => document.fonts.ready);
  for (const button of story.press ?? [])
    await page
      .getByRole('button', { name: button, exact: typeof button === 'string' })
      .first()
      .click();
  if (story.type) await page.getByRole('textbox', { name: 'Message Ascent' }).pressSequentially(story.type);
  await page.waitForTimeout(80);
  await page.screenshot({ path: path.join(folder!, `${name}.png`) });
  const overflow = await page.evaluate(() => {
    const wide = [...document.querySelectorAll('.app *')].filter(el => {
      const box = el.getBoundingClientRect();
      return (
        box.width > 0 &&
        (box.right > innerWidth + 1 || box.left < -1) &&
        !el.closest('.diff-lines, .code pre, .table, .sr-only, .output-tail, .words, .result, .path')
      );
    });
    return wide.slice(0, 3).map(el => `${el.tagName}.${el.className}`);
  });
  if (overflow.length) wrong.push(`${name}: wider than its frame: ${overflow.join(', ')}`);
  await page.close();
}
