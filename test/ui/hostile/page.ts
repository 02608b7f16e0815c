/** The real page of the chat view, with its real bundle and policy, in a real browser; VS Code's api is all that is ours. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../../scripts/lib/browser.mjs';
import { findToolchain } from '../../../scripts/lib/npm.mjs';
import { pageHtml } from '../../../src/extension/chat/html.ts';
import type { HostMessage } from '../../../src/protocol/view.ts';

const dist = path.resolve(import.meta.dirname, '../../../dist');
const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };

export interface ChatPage {
  page: Page;
  /** Where hostile texts would fetch from. */
  target: string;
  /** Everything that was asked for besides the page's own files: by the browser's account, and by the target's. */
  requests: string[];
  /** Code that ran, dialogs that opened, policies that had to step in. */
  incidents: string[];
  /** Gives the page a message of the host and waits until it is drawn. */
  give(...messages: HostMessage[]): Promise<void>;
  close(): Promise<void>;
}

export async function openChatPage(): Promise<ChatPage> {
  const requests: string[] = [];
  const incidents: string[] = [];
  const own = new Set<string>();
  const server = await serve((url, origin) => {
    const name = url.pathname === '/' ? undefined : path.basename(url.pathname);
    if (name === undefined) {
      const resource = (file: string) => `${origin}/${file}`;
      const [script, style] = [resource('webview.js'), resource('webview.css')];
      return { type: 'text/html', body: pageHtml({ cspSource: origin, script, style, nonce: 'n0nce' }) };
    }
    return {
      type: types[path.extname(name)] ?? 'application/octet-stream',
      body: readFileSync(path.join(dist, name)),
    };
  });
  const target = await serve(url => {
    requests.push(`the target was asked for ${url.pathname}`);
    return { type: 'text/plain', body: 'hit' };
  });

  const browser: Browser = await launchBrowser(findToolchain());
  const page = await browser.newPage({ viewport: { width: 420, height: 900 } });
  page.on('request', request => {
    const url = request.url();
    if (url.startsWith(`${server.origin}/`) && !own.has(url)) own.add(url);
    else requests.push(url);
  });
  page.on('dialog', dialog => {
    incidents.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', () => incidents.push('a window was opened'));
  page.on('pageerror', error => incidents.push(`an error: ${error.message}`));
  await page.exposeFunction('report', (what: string) => void incidents.push(what));
  await page.addInitScript(() => {
    const say = (what: string) => void (globalThis as unknown as { report(w: string): void }).report(what);
    Object.assign(globalThis, {
      // Thousands of frames: no need to wait for a screen.
      requestAnimationFrame: (draw: FrameRequestCallback) => setTimeout(() => draw(performance.now()), 0),
      cancelAnimationFrame: clearTimeout,
      hit: () => say('code ran'),
      posted: [],
      acquireVsCodeApi: () => ({
        postMessage: (message: unknown) =>
          (globalThis as unknown as { posted: unknown[] }).posted.push(message),
        getState: () => undefined,
        setState: () => undefined,
      }),
    });
    document.addEventListener('securitypolicyviolation', e =>
      say(`the policy had to stop ${e.violatedDirective}: ${e.blockedURI} ${e.sample}`),
    );
  });
  await page.goto(`${server.origin}/`);
  await page.waitForFunction(() => (globalThis as unknown as { posted: unknown[] }).posted.length > 0);

  return {
    page,
    target: target.origin,
    requests,
    incidents,
    async give(...messages) {
      await page.evaluate(async given => {
        for (const message of given) window.postMessage(message, '*');
        for (let frame = 0; frame < 3; frame++) await new Promise(done => requestAnimationFrame(done));
      }, messages);
    },
    async close() {
      await browser.close();
      for (const { server: one } of [server, target]) one.close();
    },
  };
}

type Answer = (url: URL, origin: string) => { type: string; body: string | Buffer };

async function serve(answer: Answer): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    const { type, body } = answer(new URL(request.url ?? '/', 'http://127.0.0.1'), origin);
    response.setHeader('content-type', type);
    response.end(body);
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, origin };
}
