/** A window of a real VS Code in a real browser, with the packaged extension installed, closed off from this machine. */
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../../../scripts/lib/browser.mjs';
import { isolatedEnv } from '../../../scripts/lib/isolation.mjs';
import { findToolchain } from '../../../scripts/lib/npm.mjs';
import { copySample } from '../../../scripts/lib/sample.mjs';
import {
  installExtensions,
  makePlaces,
  startServer,
  windowUrl,
} from '../../../scripts/lib/vscode-server.mjs';
import { type Chat, chatIn } from './chat.ts';
import { type Workbench, workbenchIn } from './workbench.ts';

export interface WindowOptions {
  /** What is open: a fresh copy of the sample project, or no folder at all. */
  folder?: 'sample' | 'none';
  /** False: folders open in restricted mode. */
  trusted?: boolean;
  settings?: Record<string, unknown>;
  env?: Record<string, string>;
  size?: { width: number; height: number };
  /** Pixels of the screen for each of CSS. */
  scale?: number;
  /** Runs in every page and frame before anything else does. */
  initScript?: () => void;
}

/** One tab of the browser, with a window of its own and so an extension host of its own. */
export interface Tab {
  page: Page;
  workbench: Workbench;
  chat: Chat;
  /** As a person presses F5; resolves when the workbench stands again. */
  reload(): Promise<void>;
}

export interface Window extends Tab {
  /** Of the workspace; with `folder: 'none'` an empty one that is not open. */
  folder: string;
  /** All pages of the browser. */
  context: BrowserContext;
  /** The home directory that the server and all it starts see. */
  home: string;
  /** Another window on the same folder. */
  another(): Promise<Tab>;
  close(): Promise<void>;
}

/** The file that `npm run package` makes; the runner names it. */
function vsix(): string {
  const file = process.env.ASCENT_VSIX;
  if (!file || !existsSync(file)) throw new Error('ASCENT_VSIX names no package: use `npm run test:ui`.');
  return file;
}

export async function openWindow(options: WindowOptions = {}): Promise<Window> {
  const { folder = 'sample', trusted = true, settings, env, size = { width: 1280, height: 800 } } = options;
  const toolchain = findToolchain();
  const place = realpathSync(mkdtempSync(path.join(tmpdir(), 'ascent-ui-')));
  const workspace = path.join(place, 'tally');
  const home = path.join(place, 'home');
  mkdirSync(home);
  if (folder === 'sample') await copySample(workspace);
  else mkdirSync(workspace);

  const places = makePlaces(place, settings);
  await installExtensions(toolchain, places, [vsix()]);
  const server = await startServer({
    toolchain,
    places,
    trustAll: trusted,
    env: { ...isolatedEnv(home), ...env },
  });
  const browser = await launchBrowser(toolchain);
  const context = await browser.newContext({
    viewport: size,
    deviceScaleFactor: options.scale ?? 1,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  if (options.initScript) await context.addInitScript(options.initScript);
  const url = windowUrl(server, { folder: folder === 'sample' ? workspace : undefined });
  const openTab = async (): Promise<Tab> => {
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const ready = () => page.locator('.monaco-workbench .part.statusbar').waitFor();
    await page.goto(url);
    await ready();
    return {
      page,
      workbench: workbenchIn(page),
      chat: chatIn(page),
      async reload() {
        await page.reload();
        await ready();
      },
    };
  };
  return {
    ...(await openTab()),
    folder: workspace,
    context,
    home,
    another: openTab,
    async close() {
      await browser.close();
      await server.stop();
      rmSync(place, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
