/** A backend, from choosing it to knowing how it does: verification and wire health, as a person reads them. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type StandinServer, serveStandin } from '../../src/standin/server.ts';
import { createStandin } from '../../src/standin/standin.ts';
import { openWindow, type Window } from './harness/window.ts';

let server: StandinServer;
let window: Window;

/** Long arguments get cut, call ids are not K2's, nothing is cached, and the fourth request is refused once. */
beforeAll(async () => {
  const standin = createStandin({
    profile: 'llamacpp',
    tokensPerSecond: 0,
    faults: [
      { request: 'every', kind: 'arguments', how: 'cut' },
      { request: 2, kind: 'overloaded', retryAfter: 0 },
    ],
  });
  server = await serveStandin(standin, 0);
  window = await openWindow({
    settings: { 'ascent.backend.baseUrl': server.url, 'ascent.backend.profile': 'llamacpp' },
  });
});
afterAll(async () => {
  await window?.close();
  await server?.close();
});

/** The page in an editor tab that has this heading. */
async function pageWith(heading: string) {
  const frame = window.page
    .frameLocator('iframe.webview[src*="extensionId=ascent.ascent"]:not([src*="purpose=webviewView"])')
    .frameLocator('#active-frame');
  await frame.getByRole('heading', { name: heading, level: 1 }).waitFor({ timeout: 60_000 });
  return frame;
}

test('the chat names the model that the backend serves, and tells of a retry once', async () => {
  const { chat } = window;
  await chat.open();
  await chat.send('Write a poem about the sea');
  await chat.finished.waitFor({ timeout: 60_000 });
  await chat.send('And one about the hills');
  await chat.transcript.getByText(/Asked again/).waitFor({ timeout: 60_000 });
  await expect.poll(() => chat.finished.count(), { timeout: 60_000 }).toBe(2);
  expect(await chat.transcript.getByText(/Asked again/).count()).toBe(1);
});

test('wire health tells of the session', async () => {
  await window.workbench.palette('Ascent: Show Wire Health');
  const page = await pageWith('Wire health');
  await page.getByText('2 replies, nothing repaired, 1 asked again').waitFor();
  await page.getByRole('row', { name: /^Profile llama\.cpp/ }).waitFor();
  await page.getByRole('row', { name: /^Thinking comes under reasoning_content/ }).waitFor();
});

test('verification asks first, then shows what fails and how to mend it', async () => {
  const { page, workbench } = window;
  await workbench.palette('Ascent: Verify Backend');
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.getByText(/About \d+ requests/).waitFor();
  await dialog.getByRole('button', { name: 'Verify' }).click();
  const report = await pageWith('Backend verification');
  const first = report.locator('.finding').first();
  await first.getByRole('heading', { name: /Long arguments/ }).waitFor();
  expect(await first.getByText(/vLLM 0\.20/).count()).toBe(1);
  expect(await report.locator('.finding').count()).toBe(11);
  await report.getByRole('button', { name: 'Copy as JSON' }).click();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(copied, { timeout: 10_000 }).toContain('"probe": "long-arguments"');
});

test('a server that runs here is offered first, and a model that it does not list is told', async () => {
  const { page, workbench } = window;
  // Where `ascent standin` listens, one of the ports that are looked at.
  const here = await serveStandin(createStandin({ models: ['kimi-k2.6'], contextWindow: 131_072 }), 8399);
  onTestFinished(() => here.close());
  const input = page.locator('.quick-input-widget input');
  const rows = page.locator('.quick-input-list .monaco-list-row');
  const connected = workbench.notification('Connected: kimi-k2.6, 128k tokens of context.');

  await workbench.palette('Ascent: Select Backend');
  await rows.filter({ hasText: 'running here' }).first().waitFor();
  expect(await rows.first().textContent()).toContain('kimi-k2.6 at http://127.0.0.1:8399/v1');
  await rows.first().click();
  await connected.waitFor();
  await connected.getByRole('button', { name: 'Clear Notification' }).click();
  await connected.waitFor({ state: 'detached' });

  await workbench.palette('Ascent: Select Backend');
  await page.getByText('Select the backend that serves').waitFor();
  // Where one looks up the address: the list is still there afterwards.
  await window.chat.composer.click();
  await input.fill('OpenAI-compatible');
  await rows.filter({ hasText: 'OpenAI-compatible backend' }).first().click();
  await page.getByText('base URL (1 of 2)').waitFor();
  await input.fill(here.url);
  await page.keyboard.press('Enter');
  await page.getByText('model (2 of 2)').waitFor();
  await input.fill('kimi-k2-nope');
  await page.keyboard.press('Enter');
  await page
    .getByText(/API key/)
    .first()
    .waitFor();
  await page.keyboard.press('Escape');
  const told = workbench.notification('does not list a model named kimi-k2-nope');
  await told.getByRole('button', { name: 'Choose Model' }).click();
  await rows.filter({ hasText: 'kimi-k2.6' }).first().click();
  await connected.waitFor();
});
