// @vitest-environment happy-dom
/** Where the keyboard is while cards come and go. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { askedFor } from './stories/asks.ts';
import { openView, type View } from './view.ts';

const box = (view: View) => view.find<HTMLTextAreaElement>('textarea[aria-label="Message Ascent"]');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] });
  vi.spyOn(document, 'hasFocus').mockReturnValue(true);
  return () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  };
});

describe('after an approval', () => {
  it('the keyboard is where it was before', async () => {
    const view = await openView();
    const asked = askedFor('npm test').snapshot();
    await view.receive({ ...asked, head: { ...asked.head!, pending: [] } });
    box(view).focus();
    await view.receive({ type: 'update', head: asked.head!, items: [], live: [] });
    expect(document.activeElement === view.button('Allow once')).toBe(true);
    await vi.advanceTimersByTimeAsync(500);
    await view.click('Allow once');
    await view.receive({ type: 'update', head: { ...asked.head!, pending: [] }, items: [], live: [] });
    expect(document.activeElement === box(view)).toBe(true);
  });

  it('of a message that was sent with the mouse, it is in the composer', async () => {
    const view = await openView();
    const asked = askedFor('npm test').snapshot();
    await view.receive({ ...asked, head: { ...asked.head!, pending: [] } });
    await view.type('Test it');
    view.button('Send for the next step').focus();
    await view.click('Send for the next step');
    await view.receive({ type: 'update', head: asked.head!, items: [], live: [] });
    expect(document.activeElement === view.button('Allow once')).toBe(true);
    await view.receive({ type: 'update', head: { ...asked.head!, pending: [] }, items: [], live: [] });
    expect(document.activeElement === box(view)).toBe(true);
  });

  it('or before one that waits behind it, and in the card when a reason is not given after all', async () => {
    const view = await openView();
    const asked = askedFor('npm test').snapshot();
    const next = askedFor('npm run build')
      .snapshot()
      .head!.pending.map(one => ({ ...one, nonce: 'next' }));
    await view.receive({ ...asked, head: { ...asked.head!, pending: [] } });
    box(view).focus();
    await view.receive({ type: 'update', head: asked.head!, items: [], live: [] });
    await view.click('Deny with reason');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Reason for denying');
    await view.press(document.activeElement!, 'Escape');
    expect(document.activeElement === view.button('Allow once')).toBe(true);
    await view.receive({ type: 'update', head: { ...asked.head!, pending: next }, items: [], live: [] });
    expect(document.activeElement === view.button('Allow once')).toBe(true);
    await view.receive({ type: 'update', head: { ...asked.head!, pending: [] }, items: [], live: [] });
    expect(document.activeElement === box(view)).toBe(true);
  });

  it('of one who went on writing, it is left alone', async () => {
    const view = await openView();
    const asked = askedFor('npm test').snapshot();
    await view.receive({ ...asked, head: { ...asked.head!, pending: [] } });
    box(view).focus();
    await view.type('and then');
    await view.receive({ type: 'update', head: asked.head!, items: [], live: [] });
    expect(document.activeElement === box(view)).toBe(true);
  });
});
