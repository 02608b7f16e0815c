/** A session moves: from a window to another, through the death of its extension host, into the background and back. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { useWindow } from '../ui/harness/use-window.ts';
import type { Tab } from '../ui/harness/window.ts';

const TASK = 'make the failing test pass';
const LONG = { timeout: 60_000 };
/** Slow enough that a person can act while it thinks. */
const window = useWindow({ settings: { 'ascent.backend.baseUrl': 'standin:?speed=60' } });
/** The tab that a person looks at. */
let tab: Tab;

const rowsOf = async (words: string) => (await tab.chat.rows()).filter(row => row.startsWith(words));
const sampleTests = () => spawnSync('npm', ['test'], { cwd: window().folder }).status;

beforeEach(() => {
  tab ??= window();
  execFileSync('git', ['checkout', '--quiet', '.'], { cwd: window().folder });
});

/** A session of its own, up to its first thoughts about the failing test. */
async function begin(): Promise<void> {
  const { chat } = tab;
  await chat.open();
  await chat.button('New session').click();
  await chat.transcript.getByText('Describe a task').waitFor();
  await chat.send(TASK);
  await chat.approve('Run npm test', 'Allow once');
  await chat.row('Ran npm test').waitFor(LONG);
}

/** Its last part: it ends well, and nothing was done twice. */
async function finish(): Promise<void> {
  await tab.chat.approve('Run npm test', 'Allow once');
  await tab.chat.finished.waitFor(LONG);
  expect(await rowsOf('Ran npm test')).toHaveLength(2);
  expect(await rowsOf('Edited')).toHaveLength(1);
  expect(await tab.chat.composer.isEnabled()).toBe(true);
  expect(sampleTests()).toBe(0);
}

test('a second window sees it live, cannot answer, and takes over by itself when the first is closed', async () => {
  await begin();
  const first = tab;
  const second = await window().another();
  await second.chat.open();
  await second.chat.row('Ran npm test').waitFor(LONG);
  const banner = second.chat.frame.getByText(/^Open in another window since .* \(process \d+\)\. You see it/);
  await banner.waitFor();
  expect(await second.chat.composer.isDisabled()).toBe(true);

  // What happens in the first is there without anybody doing anything in the second.
  const seen = second.chat.frame.getByRole('region', { name: /^Approval: Edit src\// });
  await seen.waitFor(LONG);
  expect(await seen.getByRole('button', { name: 'Allow once' }).isDisabled()).toBe(true);
  await first.chat.approve(/^Approval: Edit src\//, 'Allow once');
  await second.chat.row(/^Edited src\//).waitFor(LONG);

  await first.page.close({ runBeforeUnload: true });
  tab = second;
  await finish();
  expect(await banner.count()).toBe(0);
});

test('its extension host is killed: the run comes back by itself', async () => {
  await begin();
  process.kill(holder(), 'SIGKILL');
  await tab.chat.approve(/^Approval: Edit src\//, 'Allow once');
  await finish();
});

test('it runs on in the background, is taken back with a click, and comes back by itself with a question', async () => {
  await begin();
  const { chat, reload } = tab;
  const banner = chat.frame.getByText(/^Runs in the background since .* \(process \d+\)/);
  const toBackground = async () => {
    await chat.button('More actions').click();
    await chat.frame.getByRole('menuitem', { name: 'Continue in background' }).click();
    await banner.waitFor(LONG);
    return holder();
  };
  const one = await toBackground();
  await chat.button('Take Over').click();
  await banner.waitFor({ state: 'detached' });
  await expect.poll(() => lives(one), { timeout: 10_000 }).toBe(false);

  const two = await toBackground();
  await reload();
  await chat.open();
  await chat.row('Ran npm test').waitFor(LONG);
  await chat.approve(/^Approval: Edit src\//, 'Allow once');
  await expect.poll(() => lives(two), { timeout: 10_000 }).toBe(false);
  await finish();
});

/** The process that holds the newest session. */
function holder(): number {
  const sessions = path.join(window().home, '.local/share/ascent/sessions');
  const folders = readdirSync(sessions).map(id => path.join(sessions, id));
  const [newest] = folders.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  const numbers = readdirSync(newest!).map(name => Number(/^lock\.(\d+)$/.exec(name)?.[1] ?? 0));
  return JSON.parse(readFileSync(path.join(newest!, `lock.${Math.max(...numbers)}`), 'utf8')).pid;
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
