/** The pictures of docs/pictures: each state of the chat in four themes and two widths, and one of the whole window. */
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { openWindow, type Window } from './harness/window.ts';

const pictures = path.join(root, 'docs', 'pictures');
const themes = [
  { name: 'dark', label: 'Dark Modern', kind: 'vscode-dark' },
  { name: 'light', label: 'Light Modern', kind: 'vscode-light' },
  { name: 'contrast-dark', label: 'Dark High Contrast', kind: 'vscode-high-contrast' },
  { name: 'contrast-light', label: 'Light High Contrast', kind: 'vscode-high-contrast-light' },
] as const;
/** Of the sidebar; pixels. */
const widths = [300, 500];
const calm = {
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
  'editor.minimap.enabled': false,
  'workbench.colorTheme': 'Dark Modern',
};
const size = { width: 1280, height: 800 };

async function setTheme({ page, chat, workbench }: Window, { label, kind }: (typeof themes)[number]) {
  await workbench.palette('Preferences: Color Theme');
  await page.getByPlaceholder('Select Color Theme').fill(label);
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: label }).first().click();
  await chat.frame.locator(`body.${kind}`).waitFor();
}

/** Drags the border of the sidebar, as a person does. */
async function setWidth({ page }: Window, width: number) {
  const sidebar = page.locator('.part.sidebar');
  const box = (await sidebar.boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width, y);
  await page.mouse.down();
  await page.mouse.move(box.x + width, y, { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(size.width - 100, size.height - 100);
}

async function shoot(window: Window, state: string) {
  for (const theme of themes) {
    await setTheme(window, theme);
    for (const width of widths) {
      await setWidth(window, width);
      const file = path.join(pictures, `${state}-${theme.name}-${width}.png`);
      await window.page.locator('.part.sidebar').screenshot({ path: file, animations: 'disabled' });
    }
  }
  console.log(state);
}

async function mainJob() {
  const window = await openWindow({ settings: calm, size });
  const { chat } = window;
  try {
    await chat.open();
    await shoot(window, 'empty');
    await chat.send('make the failing test pass');
    await chat.approval.waitFor({ timeout: 60_000 });
    await shoot(window, 'approval');
    await chat.allowFor('Run npm test', /^This session/);
    const edit = chat.frame.getByRole('region', { name: /^Approval: Edit/ });
    await edit.waitFor({ timeout: 60_000 });
    await shoot(window, 'edit');
    await chat.approve(/^Approval: Edit/, 'Allow once');
    await chat.finished.waitFor({ timeout: 60_000 });
    await chat.row(/^Edited/).click();
    await chat.frame.getByRole('region', { name: /^Diff of/ }).waitFor();
    await shoot(window, 'finished');
    await hero(window);
  } finally {
    await window.close();
  }
}

/** The whole window after the job: what was done in the sidebar, the edit beside it. */
async function hero(window: Window) {
  const { chat, page } = window;
  await setTheme(window, themes[0]);
  await setWidth(window, 460);
  await chat.button('Open diff').click();
  await page.locator('.monaco-diff-editor .line-insert').first().waitFor();
  await chat.row(/^Edited/).click();
  await chat.transcript.evaluate(element => element.scrollTo({ top: element.scrollHeight }));
  await page.mouse.move(size.width - 100, size.height - 100);
  await page.screenshot({ path: path.join(pictures, 'hero.png'), animations: 'disabled' });
}

/** A backend that refuses the key: what a person sees, and what the card tells them to do. */
async function wrongKey() {
  const backend = createServer((_request, response) => {
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end('{"error":{"message":"Invalid Authentication","type":"invalid_authentication_error"}}');
  }).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  const { port } = backend.address() as AddressInfo;
  const env = { ASCENT_BASE_URL: `http://127.0.0.1:${port}/v1`, ASCENT_API_KEY: 'wrong' };
  const window = await openWindow({ settings: calm, size, env });
  try {
    await window.chat.open();
    await window.chat.send('make the failing test pass');
    await window.chat.button('Set API key').waitFor({ timeout: 60_000 });
    await shoot(window, 'error');
  } finally {
    await window.close();
    backend.close();
  }
}

rmSync(pictures, { recursive: true, force: true });
mkdirSync(pictures, { recursive: true });
await mainJob();
await wrongKey();
