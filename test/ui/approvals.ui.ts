/** How far the agent may go, as a person sets it: plan mode and the way out, where a yes holds, the list of rules. */
import path from 'node:path';
import { expect, test } from 'vitest';
import { useWindow } from './harness/use-window.ts';

const window = useWindow();
/** Pictures for whoever wants to look: ASCENT_PICTURES=FOLDER. */
const picture = async (name: string) => {
  const folder = process.env.ASCENT_PICTURES;
  if (folder) await window().page.screenshot({ path: path.join(folder, `${name}.png`) });
};

test('plan mode refuses what would start something, and its end offers to implement', async () => {
  const { chat } = window();
  await chat.open();
  await chat.button(/^Approval mode:/).click();
  await chat.frame.getByRole('menuitemradio', { name: /^Plan/ }).click();
  await chat.button('Approval mode: Plan').waitFor();
  await chat.send('make the failing test pass');
  await chat.finished.waitFor({ timeout: 60_000 });
  expect(await chat.approval.count()).toBe(0);
  expect(await chat.row('Ran npm test').count()).toBe(0);
  await picture('plan-mode');
  await chat.button('Start implementing').click();
  await chat.button('Approval mode: Ask').waitFor();
  await chat.transcript.getByText('Implement the plan.', { exact: true }).waitFor();
  await expect.poll(() => chat.finished.count(), { timeout: 60_000 }).toBe(2);
});

test('a yes for this workspace is asked for once, in this session and the next', async () => {
  const { chat } = window();
  await chat.button('New session').click();
  await chat.send('make the failing test pass');
  await chat.allowFor('Run npm test', /^This workspace/);
  await chat.approve(/^Approval: Edit src\//, 'Allow once');
  await chat.finished.waitFor({ timeout: 60_000 });
  expect(await chat.row('Ran npm test').count()).toBe(2);

  await chat.button('New session').click();
  await chat.send('make the failing test pass');
  await chat.finished.waitFor({ timeout: 60_000 });
  expect(await chat.row('Ran npm test').count()).toBeGreaterThan(0);
});

test('the rule stands in the list, with where and since when, and is removed there', async () => {
  const { chat, page, workbench } = window();
  await workbench.palette('Ascent: Approval Rules');
  const list = page.locator('.quick-input-widget');
  const rule = list.getByRole('option', { name: /Allow `npm test`/ });
  await rule.waitFor();
  await list.getByText('This workspace').first().waitFor();
  await list.getByText(/since/).first().waitFor();
  await picture('rules');
  await rule.hover();
  await rule.getByRole('button', { name: 'Remove this rule' }).click();
  await list.getByText('No rules yet').waitFor();
  await page.keyboard.press('Escape');

  await chat.open();
  await chat.button('New session').click();
  await chat.send('make the failing test pass');
  await chat.approve('Run npm test', 'Deny');
  await chat.finished.waitFor({ timeout: 60_000 });
});
