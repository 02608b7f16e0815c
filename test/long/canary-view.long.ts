/**
 * As test/canary/canary.test.ts, in a real window: nothing that the extension tells its page, nothing that the page keeps
 * or shows, and nothing that the editor writes on the server's disk holds a piece of the key.
 */
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { echoingBackend, filesWithKey, hitsIn, KEY } from '../canary/canary.ts';
import { openWindow, type Window } from '../ui/harness/window.ts';

const STEPS = 40;

interface Heard {
  /** Every message that reached a page or was sent from one, as JSON. */
  ascentHeard?: string[];
}

/** Keeps what goes through every window and every port: messages of the host, and what a page has kept for it. */
function listen(): void {
  const heard: string[] = [];
  (globalThis as Heard).ascentHeard = heard;
  const keep = (data: unknown) => {
    try {
      heard.push(typeof data === 'string' ? data : (JSON.stringify(data) ?? ''));
    } catch {
      // Not to be written down; then it is no message of ours either.
    }
  };
  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (this: EventTarget, ...args: Parameters<typeof add>) {
    const [type, listener, options] = args;
    if (type !== 'message' || typeof listener !== 'function') return add.apply(this, args);
    const wrapped = function (this: unknown, event: Event) {
      keep((event as MessageEvent).data);
      return listener.call(this as EventTarget, event);
    };
    return add.call(this, type, wrapped, options);
  };
  const send = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...args: never[]) {
    keep(args[0]);
    return (send as (...all: never[]) => void).apply(this, args);
  };
}

let backend: Awaited<ReturnType<typeof echoingBackend>>;
let window: Window;
beforeAll(async () => {
  backend = await echoingBackend(STEPS);
  window = await openWindow({
    settings: { 'ascent.backend.baseUrl': backend.url, 'ascent.approvals': 'all' },
    initScript: listen,
  });
  writeFileSync(
    path.join(window.folder, 'look.sh'),
    'echo step $1; env; cat /proc/self/environ /proc/self/cmdline; [ -d /proc/1 ] && cat /proc/1/environ\n',
  );
});
afterAll(async () => {
  await window?.close();
  backend?.close();
});

/** The frames of the chat: the editor's own around the page, and the page. */
const chatFrames = (): Frame[] =>
  window.page.frames().filter(frame => /purpose=webviewView|fake\.html/.test(frame.url()));

async function heard(): Promise<string[]> {
  const all = await Promise.all(
    chatFrames().map(frame => frame.evaluate(() => (globalThis as Heard).ascentHeard ?? []).catch(() => [])),
  );
  return all.flat();
}

/** Texts of the same name, joined: a key that came letter by letter stands in one piece then. */
function joined(messages: readonly string[]): string[] {
  const byName = new Map<string, string>();
  const visit = (name: string, value: unknown): void => {
    if (typeof value === 'string') byName.set(name, (byName.get(name) ?? '') + value);
    else if (value && typeof value === 'object')
      for (const [key, one] of Object.entries(value)) visit(key, one);
  };
  for (const message of messages) {
    try {
      visit('', JSON.parse(message));
    } catch {
      visit('', message);
    }
  }
  return [...byName.values()];
}

test(`${STEPS} steps with a backend that throws the key back: no message, state, page or file holds it`, async () => {
  const { chat, page, workbench, reload } = window;
  await chat.open();
  await workbench.palette('Ascent: Set API Key');
  const input = page.locator('.quick-input-widget input');
  await page.getByText(/^Sent to /).waitFor();
  await input.fill(KEY);
  await page.keyboard.press('Enter');
  await workbench.notification(/The key for .* is stored/).waitFor();

  await chat.open();
  await chat.send('Do it.');
  await chat.transcript
    .getByText(/refused the key|Incorrect API key|API key/i)
    .first()
    .waitFor({ timeout: 240_000 });
  expect(backend.asked()).toBeGreaterThanOrEqual(STEPS);
  // What the page keeps comes back with the next page, and all of the session with its snapshot.
  await chat.composer.click();
  await chat.composer.pressSequentially('a draft that is kept');
  const says = async (part: string) => (await heard()).some(text => text.includes(part));
  await expect.poll(() => says('a draft that is kept'), { timeout: 30_000 }).toBe(true);
  const before = await heard();
  await reload();
  await chat.open();
  await chat.transcript.getByText('Do it.', { exact: true }).waitFor();
  await expect.poll(() => says('"snapshot"'), { timeout: 30_000 }).toBe(true);
  const messages = [...before, ...(await heard())];
  const told = messages.filter(text => /"type":"(?:snapshot|live|update|changes)"/.test(text)).length;
  console.log(
    `${backend.asked()} requests with the key; ${messages.length} messages, ${told} of the host's; searched`,
  );
  expect(messages.some(text => text.includes('a draft that is kept'))).toBe(true);
  expect(messages.some(text => text.includes('look.sh'))).toBe(true);
  expect(messages.flatMap(hitsIn)).toEqual([]);
  expect(joined(messages).flatMap(hitsIn)).toEqual([]);

  const shown = await Promise.all(chatFrames().map(frame => frame.content().catch(() => '')));
  expect(shown.flatMap(hitsIn)).toEqual([]);
  // Sessions, logs, settings and state of the editor, the workspace.
  const place = path.dirname(window.folder);
  expect(
    readdirSync(place, { recursive: true }).filter(name =>
      statSync(path.join(place, String(name)), { throwIfNoEntry: false })?.isFile(),
    ).length,
  ).toBeGreaterThan(50);
  expect(filesWithKey(place)).toEqual([]);
});
