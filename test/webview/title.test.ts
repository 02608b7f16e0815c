// @vitest-environment happy-dom
/** The session's title, which a person may be typing while the session goes on. */
import { expect, it } from 'vitest';
import { askedFor } from './stories/asks.ts';
import { openView } from './view.ts';

it('what is being typed stays, whatever comes meanwhile', async () => {
  const view = await openView();
  const asked = askedFor('npm test').snapshot();
  await view.receive(asked);
  const title = view.find<HTMLInputElement>('input.title');
  title.focus();
  title.value = 'Mend the to';
  title.dispatchEvent(new Event('input', { bubbles: true }));
  await view.receive({
    type: 'update',
    head: { ...asked.head!, step: asked.head!.step + 1 },
    items: [],
    live: [],
  });
  expect(title.value).toBe('Mend the to');
  await view.receive({
    type: 'update',
    head: { ...asked.head!, title: 'Titled anew' },
    items: [],
    live: [],
  });
  await view.press(title, 'Enter');
  expect(view.posted).toContainEqual({ type: 'rename', title: 'Mend the to' });
});

it('follows the session where nobody types', async () => {
  const view = await openView();
  const asked = askedFor('npm test').snapshot();
  await view.receive(asked);
  const title = () => view.find<HTMLInputElement>('input.title');
  title().focus();
  const head = { ...asked.head!, title: 'Titled anew' };
  await view.receive({ type: 'update', head, items: [], live: [] });
  expect(title().value).toBe('Titled anew');
  title().blur();
  expect(view.posted.filter(m => m.type === 'rename')).toEqual([]);
  await view.receive({ ...asked, head: { ...head, id: 'another', title: 'Another' } });
  expect(title().value).toBe('Another');
});
