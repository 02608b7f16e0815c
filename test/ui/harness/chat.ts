/** The chat as a person sees it: by role and name, two frames down. */
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { workbenchIn } from './workbench.ts';

export interface Chat {
  frame: FrameLocator;
  transcript: Locator;
  composer: Locator;
  /** Pinned while something waits for a yes; its name begins with "Approval: ". */
  approval: Locator;
  /** The row that closes a turn that ended well. */
  finished: Locator;
  /** Shows the view; does nothing to one that is shown. */
  open(): Promise<void>;
  send(text: string): Promise<void>;
  button(name: string | RegExp): Locator;
  /** Waits for the approval of `what` ("Run npm test") and answers it. */
  approve(what: string | RegExp, answer: 'Allow once' | 'Deny'): Promise<void>;
  /** Waits for the approval of `what` and allows it for longer: by the menu's entry, by its first words. */
  allowFor(what: string | RegExp, entry: RegExp): Promise<void>;
  /** Rows by their words: "Ran npm test". */
  row(words: string | RegExp): Locator;
  /** The words of all rows, in order. */
  rows(): Promise<string[]>;
}

export function chatIn(page: Page): Chat {
  const frame = page
    .frameLocator('iframe.webview[src*="extensionId=ascent.ascent"][src*="purpose=webviewView"]')
    .frameLocator('#active-frame');
  const workbench = workbenchIn(page);
  const composer = frame.getByRole('textbox', { name: 'Message Ascent' });
  const transcript = frame.getByRole('region', { name: 'Transcript' });
  const approval = frame.getByRole('region', { name: /^Approval: / });
  const button = (name: string | RegExp) => frame.getByRole('button', { name, exact: true });
  return {
    frame,
    composer,
    transcript,
    approval,
    button,
    finished: transcript.getByText(/Finished in \d/),
    async open() {
      // The icon of the view would hide a view that the workbench brings back just then; the command only shows it.
      for (let tries = 1; ; tries++) {
        await workbench.palette('Ascent: Open Chat');
        try {
          return await composer.waitFor({ timeout: 20_000 });
        } catch (error) {
          if (tries === 4) throw error;
        }
      }
    },
    async send(text) {
      await composer.click();
      await composer.pressSequentially(text);
      await button(/^Send/).click();
    },
    async approve(what, answer) {
      const card = frame.getByRole('region', { name: typeof what === 'string' ? `Approval: ${what}` : what });
      await card.waitFor({ timeout: 60_000 });
      const pressed = (await card.getByRole('button', { name: answer, exact: true }).elementHandle())!;
      const waits = () => pressed.evaluate(button => button.isConnected && !button.matches(':disabled'));
      // The card takes no answer in its first half second; pressed again, it takes one and is gone or disabled.
      while (await waits()) {
        await pressed.click({ timeout: 1_000 }).catch(() => {});
        await page.waitForTimeout(50);
      }
    },
    async allowFor(what, entry) {
      const card = frame.getByRole('region', { name: typeof what === 'string' ? `Approval: ${what}` : what });
      await card.waitFor({ timeout: 60_000 });
      await card.locator('.allow-for .menu-button:not([aria-disabled])').click();
      await card.getByRole('menuitem', { name: entry }).click();
      await card.waitFor({ state: 'detached' });
    },
    row: words => transcript.locator('.line .words').filter({ hasText: words }),
    rows: () => transcript.locator('.line .words').allTextContents(),
  };
}
