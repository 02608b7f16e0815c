// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { stories } from './stories/stories.ts';
import { openView } from './view.ts';

it.each([
  ['while a turn is open', 'thinking', true],
  ['after a stop', 'end-stopped', true],
  ['and not when all is done', 'done', false],
])('a session can go on in the background %s', async (_, name, offered) => {
  const view = await openView();
  await view.receive(...stories.find(story => story.name === name)!.messages());
  await view.click('More actions');
  const entries = [...view.root.querySelectorAll('[role=menuitem]')].map(entry => entry.textContent);
  expect(entries).toContain('Wire health');
  expect(entries.includes('Continue in background')).toBe(offered);
});

it('a menu of which one entry holds opens on that one', async () => {
  const view = await openView();
  await view.receive(...stories.find(story => story.name === 'done')!.messages());
  await view.click(/^Approval mode/);
  expect(document.activeElement?.getAttribute('aria-checked')).toBe('true');
  await view.press(document.activeElement!, 'ArrowUp');
  expect(document.activeElement?.textContent).toContain('Plan');
});

it('a list of sessions that cannot be read says so', async () => {
  const view = await openView();
  await view.receive(...stories.find(story => story.name === 'done')!.messages());
  await view.click('Sessions');
  const note = () => view.root.querySelector('.menu-note')?.textContent;
  expect(note()).toBe('Reading the sessions');
  await view.receive({ type: 'toast', level: 'error', text: 'Trust this folder first.' });
  expect(note()).toBe('They cannot be read.');
});
