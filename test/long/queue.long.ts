/** A person who thinks of more while it runs: queued, edited, stopped, reloaded, and sent; in the real view. */
import { expect, test } from 'vitest';
import { useWindow } from '../ui/harness/use-window.ts';

const window = useWindow();

test('what is queued while it runs survives a stop and a reload, and is sent when it is let go', async () => {
  const { chat, reload } = window();
  await chat.open();
  await chat.send('make the failing test pass');
  await chat.frame.getByRole('region', { name: /^Approval: Run npm test/ }).waitFor({ timeout: 60_000 });

  await chat.composer.click();
  await chat.composer.pressSequentially('what is the weather like?');
  await chat.composer.press('Alt+Enter');
  const queue = chat.frame.getByRole('region', { name: 'Queued messages' });
  await queue.getByText('what is the weather like?').waitFor();
  expect(await chat.composer.inputValue()).toBe('');

  await queue.getByRole('button', { name: 'Edit the queued message' }).click();
  const editor = queue.getByRole('textbox', { name: 'Queued message' });
  await editor.fill('what is the weather like in May?');
  await editor.press('Enter');
  await queue.getByText('what is the weather like in May?').waitFor();

  await chat.button('Stop').click();
  await chat.transcript.getByText('Stopped.').waitFor();
  await queue.getByText('1 message waiting').waitFor();
  await reload();
  await chat.open();
  await queue.getByText('what is the weather like in May?').waitFor();

  await queue.getByRole('button', { name: 'Send it' }).click();
  await queue.waitFor({ state: 'detached' });
  await chat.transcript.getByText('what is the weather like in May?').first().waitFor();
  await chat.finished.waitFor({ timeout: 60_000 });
});
