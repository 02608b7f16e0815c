// The browser that tests and screenshots drive.
import { chromium } from 'playwright-core';

/** @param {import('./npm.mjs').Toolchain} toolchain set up with a browser */
export function launchBrowser(toolchain) {
  const executablePath = toolchain.env.ASCENT_BROWSER;
  if (!executablePath) throw new Error('No browser was set up.');
  return chromium.launch({
    executablePath,
    headless: process.env.ASCENT_HEADED !== '1',
    args: [
      // As root, in a container, Chromium's own sandbox cannot start.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
      // Nothing outside this machine is ever asked.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}
