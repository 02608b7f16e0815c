/** The other ways in: code actions, the command palette; and the states in which Ascent must not act. */
import { describe, expect, test } from 'vitest';
import { useWindow } from './harness/use-window.ts';

describe('with a trusted folder', () => {
  const window = useWindow();

  test('a selection offers code actions, and one opens the chat with the selected code', async () => {
    const { workbench, chat } = window();
    await workbench.quickOpen('money.js');
    await workbench.selectLine('export function');
    const actions = await workbench.codeActions();
    await actions.getByText('Fix with Ascent').waitFor();
    await actions.getByText('Explain with Ascent').click();
    await chat.transcript
      .getByText(/money\.js/)
      .first()
      .waitFor();
    await chat.finished.waitFor({ timeout: 60_000 });
  });

  test('a palette task starts in a session of its own', async () => {
    const { workbench, chat } = window();
    await chat.open();
    await chat.button('New session').click();
    await workbench.palette('Ascent: Explain Workspace');
    await chat.finished.waitFor({ timeout: 60_000 });
    expect(await chat.frame.getByRole('article', { name: 'Your message' }).count()).toBe(1);
  });

  test('stop ends a run that waits for an approval', async () => {
    const { chat } = window();
    await chat.button('New session').click();
    await chat.send('make the failing test pass');
    await chat.approval.waitFor({ timeout: 60_000 });
    await chat.button('Stop').click();
    await chat.transcript.getByText('Stopped.').waitFor();
    expect(await chat.approval.count()).toBe(0);
  });

  test('a denied command is not run, and the model is told why', async () => {
    const { chat } = window();
    await chat.button('New session').click();
    await chat.send('make the failing test pass');
    await chat.approve('Run npm test', 'Deny');
    await chat.finished.waitFor({ timeout: 60_000 });
    expect(await chat.row('Ran npm test').count()).toBe(0);
  });

  test('an empty prompt cannot be sent', async () => {
    const { chat } = window();
    await chat.button('New session').click();
    await chat.composer.fill('   ');
    expect(await chat.button('Send').isDisabled()).toBe(true);
  });
});

describe('in restricted mode', () => {
  const window = useWindow({ trusted: false });

  test('the chat says so and takes no task', async () => {
    const { chat } = window();
    await chat.open();
    await chat.frame.getByText('Restricted Mode').waitFor();
    expect(await chat.composer.isDisabled()).toBe(true);
    await chat.button('Manage Trust').click();
    await window()
      .page.getByText('You trust this folder')
      .or(window().page.getByText('In a Trusted Folder'))
      .first()
      .waitFor();
  });
});

describe('without a folder', () => {
  const window = useWindow({ folder: 'none' });

  test('the chat says so and offers to open one', async () => {
    const { chat } = window();
    await chat.open();
    await chat.button('Open Folder').waitFor();
    expect(await chat.composer.isDisabled()).toBe(true);
  });
});
