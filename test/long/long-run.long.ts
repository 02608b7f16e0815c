/** Nearly as many steps as a turn may have, in the sidebar, at the speed of a real backend, with a reload in the middle. */
import { expect, test } from 'vitest';
import { useWindow } from '../ui/harness/use-window.ts';

const minutes = 60_000;
const window = useWindow({ settings: { 'ascent.approvals': 'all' } });

test('a run of 280 steps survives a reload and ends with every step shown once', async () => {
  const { chat, reload } = window();
  await chat.open();
  await chat.send('long run, 280 steps');
  await chat
    .row(/^Ran echo/)
    .nth(36)
    .waitFor({ state: 'attached', timeout: 15 * minutes });
  await reload();
  await chat.open();
  await chat.transcript.getByText(/Finished in 28\d steps/).waitFor({ timeout: 15 * minutes });
  expect(await chat.frame.getByRole('article', { name: 'Your message' }).count()).toBe(1);
  const rows = await chat.rows();
  // A look at the files, then read, search, command and edit in turn, and the answer. The reload may cut a command short.
  expect(rows.filter(words => /^R[au]n echo/.test(words)).length).toBe(69);
});
