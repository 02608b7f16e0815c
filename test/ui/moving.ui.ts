/** A session moves: from a window to another, into the background and back. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { useWindow } from './harness/use-window.ts';
import type { Tab } from './harness/window.ts';

const TASK = 'make the failing test pass';
const LONG = { timeout: 60_000 };
const sampleTests = (folder: string) => spawnSync('npm', ['test'], { cwd: folder }).status;

describe('two windows on one folder', () => {
  const first = useWindow();
  let second: Tab;

  test('the second sees the session live, and cannot answer', async () => {
    const { chat } = first();
    await chat.open();
    await chat.send(TASK);
    await chat.approve('Run npm test', 'Allow once');
    await chat.row('Ran npm test').waitFor(LONG);

    second = await first().another();
    await second.chat.open();
    await second.chat.row('Ran npm test').waitFor(LONG);
    await second.chat.frame
      .getByText(/^Open in another window since .* \(process \d+\)\. You see it live/)
      .waitFor();
    expect(await second.chat.composer.isDisabled()).toBe(true);

    // What happens in the first is there without anybody doing anything in the second.
    await chat.frame.getByRole('region', { name: /^Approval: Edit src\// }).waitFor(LONG);
    const seen = second.chat.frame.getByRole('region', { name: /^Approval: Edit src\// });
    await seen.waitFor(LONG);
    expect(await seen.getByRole('button', { name: 'Allow once' }).isDisabled()).toBe(true);
    await chat.approve(/^Approval: Edit src\//, 'Allow once');
    await second.chat.row(/^Edited src\//).waitFor(LONG);
  });

  test('the second takes over by itself when the first is closed, and the run ends there', async () => {
    await first().chat.frame.getByRole('region', { name: 'Approval: Run npm test' }).waitFor(LONG);
    await first().page.close({ runBeforeUnload: true });
    await second.chat.approve('Run npm test', 'Allow once');
    await second.chat.finished.waitFor(LONG);
    const rows = await second.chat.rows();
    expect(rows.filter(words => words.startsWith('Ran npm test'))).toHaveLength(2);
    expect(rows.filter(words => words.startsWith('Edited'))).toHaveLength(1);
    expect(await second.chat.composer.isEnabled()).toBe(true);
    expect(sampleTests(first().folder)).toBe(0);
  });
});

describe('continuing in the background', () => {
  const window = useWindow();
  const banner = () => window().chat.frame.getByText(/^Runs in the background since .* \(process \d+\)/);
  const pid = async () => Number(/process (\d+)/.exec((await banner().textContent()) ?? '')?.[1]);
  const lives = (process_: number) => {
    try {
      return process.kill(process_, 0);
    } catch {
      return false;
    }
  };
  const toBackground = async () => {
    await window().chat.button('More actions').click();
    await window().chat.frame.getByRole('menuitem', { name: 'Continue in background' }).click();
    await banner().waitFor(LONG);
  };

  test('the run goes on in another process, is seen live, and comes back with its question', async () => {
    const { chat } = window();
    await chat.open();
    await chat.send(TASK);
    await chat.approve('Run npm test', 'Allow once');
    await chat.row('Ran npm test').waitFor(LONG);
    await toBackground();
    const background = await pid();
    expect(lives(background)).toBe(true);
    // It reads on there; the first thing that needs a yes brings the session back here.
    await chat.approve(/^Approval: Edit src\//, 'Allow once');
    await chat.row(/^Edited src\//).waitFor(LONG);
    expect(await banner().count()).toBe(0);
    expect(lives(background)).toBe(false);
  });

  test('it outlives a reload of the window, and is taken back with a click', async () => {
    const { chat, reload } = window();
    await chat.frame.getByRole('region', { name: 'Approval: Run npm test' }).waitFor(LONG);
    await chat.approve('Run npm test', 'Allow once');
    await toBackground();
    const background = await pid();
    await reload();
    await chat.open();
    await chat.transcript.getByText(TASK).waitFor();
    // Still there, or done in the meantime: then it is open here by itself.
    if (await banner().isVisible()) {
      expect(await pid()).toBe(background);
      await chat.button('Take Over').click();
    }
    await chat.finished.waitFor(LONG);
    expect(await chat.composer.isEnabled()).toBe(true);
    expect(lives(background)).toBe(false);
    const rows = await chat.rows();
    expect(rows.filter(words => words.startsWith('Edited'))).toHaveLength(1);
    expect(rows.filter(words => words.startsWith('Ran npm test'))).toHaveLength(2);
    expect(sampleTests(window().folder)).toBe(0);
  });
});
