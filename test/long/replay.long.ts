/** A session looked at again, in the real editor: replayed, exported, and back as an imported one. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { useWindow } from '../ui/harness/use-window.ts';

const window = useWindow({ settings: { 'ascent.approvals': 'all' } });

test('a session is replayed in the chat, forwards and back, and nothing runs', async () => {
  const { chat, workbench } = window();
  await chat.open();
  await chat.send('make the failing test pass');
  await chat.finished.waitFor({ timeout: 60_000 });
  const rows = await chat.rows();

  await workbench.palette('Ascent: Replay Session...');
  const listed = window().page.locator('.quick-input-list .monaco-list-row');
  await listed.filter({ hasText: 'make the failing test pass' }).first().click();
  await chat.frame.getByText('Replay: nothing runs').waitFor();
  expect(await chat.composer.count()).toBe(0);
  const step = chat.frame.getByRole('spinbutton', { name: 'Step' });
  expect(await chat.rows()).toEqual([]);

  await step.fill('5');
  await step.press('Enter');
  await chat.row(/^Edited src\/money\.js/).waitFor();
  expect(await chat.finished.count()).toBe(0);
  await chat.row(/^Edited src\/money\.js/).click();
  await chat.frame.getByRole('region', { name: /Diff of/ }).waitFor();

  await chat.button('Previous step').click();
  await chat.row(/^Edited src\/money\.js/).waitFor({ state: 'detached' });
  await chat.button('Speed').click();
  await chat.frame.getByRole('menuitemradio', { name: 'As fast as it goes' }).click();
  await chat.button('Play').click();
  await chat.finished.waitFor({ timeout: 30_000 });
  expect(await chat.rows()).toEqual(rows);

  await chat.button('Close replay').click();
  await chat.composer.waitFor();
  expect(await chat.rows()).toEqual(rows);
});

test('it leaves as a file and comes back as a session that can only be looked at', async () => {
  const { chat, workbench, folder } = window();
  const file = path.join(path.dirname(folder), 'shared.ascent.jsonl');
  await workbench.palette('Ascent: Export Session...');
  await answerDialog('Export the session, without its secrets', file);
  await workbench.notification(/Exported to shared\.ascent\.jsonl/).waitFor();
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(JSON.parse(lines[0]!)).toMatchObject({ type: 'ascent.export', title: 'make the failing test pass' });
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ type: 'ascent.end', events: lines.length - 2 });

  await workbench.palette('Ascent: Import Session...');
  await answerDialog('Import an exported session', file);
  await chat.frame.getByText('Imported session, replayed: nothing runs').waitFor();
  await chat.button('Sessions').click();
  await chat.frame.getByRole('menuitemradio', { name: /make the failing test pass.*imported/ }).waitFor();
});

/** The dialog fills itself in while it opens, over what was typed: then anew. */
async function answerDialog(title: string, file: string): Promise<void> {
  const { page } = window();
  const input = page.locator('.quick-input-widget input');
  const dialog = page.locator('.quick-input-widget').getByText(title);
  await dialog.waitFor();
  for (let tries = 1; ; tries++) {
    // Its own suggestion must not take the place of the answer.
    await expect.poll(() => input.inputValue()).not.toBe('');
    await input.fill(file);
    if ((await input.inputValue()) !== file) continue;
    await input.press('Enter');
    try {
      return await dialog.waitFor({ state: 'hidden', timeout: 4_000 });
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}
