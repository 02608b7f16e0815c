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
  const pick = async (key: string, text: string, label: string) => {
    const input = page.locator('.quick-input-widget input');
    // A key that comes while the window still starts is lost: press again until the box is there.
    while (!(await input.isVisible())) {
      await page.keyboard.press(key);
      await input.waitFor({ timeout: 2_000 }).catch(() => {});
    }
    await input.fill(text);
    await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: label }).first().click();
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
      await page.keyboard.press('Control+.');
      const menu = page.locator('.action-widget');
      await menu.waitFor();
      return menu;
    },
    tab: name => page.locator('.tabs-container .tab').filter({ hasText: name }),
    notification: text => page.locator('.notification-toast').filter({ hasText: text }),
  };
}
