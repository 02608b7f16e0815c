/** What a person does in VS Code around the chat. */
import type { Locator, Page } from 'playwright-core';

export interface Workbench {
  /** Runs a command by its title in the command palette. */
  palette(title: string): Promise<void>;
  /** Opens a file by its name. */
  quickOpen(file: string): Promise<void>;
  /** Selects the whole line that holds `text`, in the active editor. */
  selectLine(text: string): Promise<void>;
  /** Opens the code action menu at the selection and gives it. */
  codeActions(): Promise<Locator>;
  /** Tabs of the editor area, by their label. */
  tab(name: string | RegExp): Locator;
  notification(text: string | RegExp): Locator;
}

export function workbenchIn(page: Page): Workbench {
  // A list that opened while the window still started lacks what came later, and the start may take the focus: then anew.
  const pick = async (key: string, text: string, label: string) => {
    const input = page.locator('.quick-input-widget input');
    const row = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: label }).first();
    for (let tries = 1; ; tries++) {
      await page.keyboard.press(key);
      try {
        await input.fill(text, { timeout: 3_000 });
        await row.click({ timeout: 3_000 });
        return;
      } catch (error) {
        if (tries === 10) throw error;
        await page.keyboard.press('Escape');
      }
    }
  };
  return {
    palette: title => pick('F1', `>${title}`, title),
    quickOpen: async file => {
      await pick('Control+p', file, file);
      await page.locator('.tabs-container .tab.active').filter({ hasText: file }).waitFor();
    },
    async selectLine(text) {
      const line = page
        .locator('.editor-instance .monaco-editor .view-line')
        .filter({ hasText: text })
        .first();
      await line.click({ clickCount: 3 });
      await page
        .locator('.editor-instance .monaco-editor .selected-text')
        .first()
        .waitFor({ state: 'attached' });
    },
    async codeActions() {
      const menu = page.locator('.action-widget').first();
      // Before the light bulb is there, nobody has been asked for actions yet.
      await page.locator('.lightBulbWidget').first().waitFor();
      // The menu closes again when the actions it shows come anew just then.
      for (let tries = 1; ; tries++) {
        await page.keyboard.press('Control+.');
        try {
          await menu.waitFor({ timeout: 5_000 });
          return menu;
        } catch (error) {
          if (tries === 5) throw error;
        }
      }
    },
    tab: name => page.locator('.tabs-container .tab').filter({ hasText: name }),
    notification: text => page.locator('.notification-toast').filter({ hasText: text }),
  };
}
