// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Snapshot } from '../../src/protocol/view.ts';
import { askedFor, asks, offersFor } from './stories/asks.ts';
import { openView, type View } from './view.ts';

const story = (name: string) => asks.find(s => s.name === name)!.messages();
const answers = (view: View) => view.posted.filter(m => m.type === 'approve' || m.type === 'answer');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] });
  return () => vi.useRealTimers();
});

describe('an approval', () => {
  it('answers with the nonce it was asked with', async () => {
    const view = await openView();
    await view.receive(askedFor('npm test', '/projects/shop', offersFor('npm test')).snapshot());
    vi.advanceTimersByTime(500);
    await view.click('Allow once');
    expect(answers(view)).toEqual([
      { type: 'approve', callId: 'call-3', nonce: 'nonce-call-3', answer: 'once' },
    ]);
  });

  it('of a session that another process holds is seen and not answered; taking over is a click', async () => {
    const view = await openView();
    await view.receive(...story('approval-elsewhere'));
    vi.advanceTimersByTime(500);
    expect(view.root.textContent).toContain('Open in another window since 14:03');
    expect(view.button('Allow once').closest('fieldset')?.disabled).toBe(true);
    await view.click('Take Over');
    expect(view.posted.at(-1)).toEqual({ type: 'command', command: 'takeOver' });
  });

  it('counts no click before it was there for half a second, and none that a script made', async () => {
    const view = await openView();
    await view.receive(...story('approval-command'));
    vi.advanceTimersByTime(499);
    await view.click('Allow once');
    expect(answers(view)).toEqual([]);
    vi.advanceTimersByTime(1);
    await view.click('Allow once', false);
    expect(answers(view)).toEqual([]);
    await view.click('Allow once');
    expect(answers(view)).toMatchObject([{ answer: 'once' }]);
  });

  it('is answered once, however often it is pressed', async () => {
    const view = await openView();
    await view.receive(...story('approval-command'));
    vi.advanceTimersByTime(500);
    await view.click('Allow once');
    await view.click('Allow once');
    expect(answers(view)).toHaveLength(1);
  });

  it('can be answered again when the host said that something went wrong', async () => {
    const view = await openView();
    await view.receive(...story('approval-command'));
    vi.advanceTimersByTime(500);
    await view.click('Allow once');
    await view.receive({ type: 'toast', level: 'error', text: 'The answer did not fit.' });
    await view.click('Deny');
    expect(answers(view)).toMatchObject([{ answer: 'once' }, { answer: 'deny' }]);
  });

  it('of several calls takes no reason along to another session', async () => {
    const view = await openView();
    const [snapshot] = story('approvals-three') as [Snapshot];
    await view.receive(snapshot);
    await view.click('Deny all with reason');
    view.find<HTMLInputElement>('input[aria-label="Reason for denying"]').value = 'Not the database';
    const pending = snapshot.head!.pending.map(one => ({ ...one, nonce: `other-${one.nonce}` }));
    await view.receive({ ...snapshot, head: { ...snapshot.head!, id: 'other', pending } });
    expect(view.has('Allow all once') || view.has('Show the rest')).toBe(true);
  });

  it('offers no more than once where nothing else was offered', async () => {
    const view = await openView();
    await view.receive(askedFor('rm -rf dist').snapshot());
    expect(view.has('Allow for')).toBe(false);
  });

  it('says for how long a yes shall hold, and what it covers, by keys alone', async () => {
    const view = await openView();
    await view.receive(askedFor('npm test', '/projects/shop', offersFor('npm test')).snapshot());
    await view.click('Allow for');
    expect(view.root.querySelector('[role=menu]')).toBeNull();
    await vi.advanceTimersByTimeAsync(500);
    await view.click('Allow for');
    const entries = [...view.root.querySelectorAll('[role=menuitem]')];
    expect(entries.map(entry => entry.textContent)).toEqual([
      'This sessionnpm test anywhere in shop',
      'This workspacenpm test anywhere in shop',
      'All my workspacesnpm test in any workspace',
    ]);
    expect(document.activeElement).toBe(entries[0]);
    await view.press(document.activeElement!, 'ArrowDown');
    await view.click(/^This workspace/);
    expect(answers(view)).toMatchObject([{ nonce: 'nonce-call-3', answer: { offer: 1 } }]);
  });

  it('Esc closes the menu first, and denies then', async () => {
    const view = await openView();
    await view.receive(askedFor('npm test', '/projects/shop', offersFor('npm test')).snapshot());
    await vi.advanceTimersByTimeAsync(500);
    await view.click('Allow for');
    await view.press(document.activeElement!, 'Escape');
    expect(answers(view)).toEqual([]);
    await view.press(document.activeElement!, 'Escape');
    expect(answers(view)).toMatchObject([{ answer: 'deny' }]);
  });

  it('suggests the rule for this workspace, in one click', async () => {
    const view = await openView();
    await view.receive(...story('approval-suggested'));
    vi.advanceTimersByTime(500);
    await view.click('Always allow here');
    expect(answers(view)).toMatchObject([{ answer: { offer: 1 } }]);
  });

  it('lets nothing that was written elsewhere pass for its own words', async () => {
    const view = await openView();
    const name = 'x? Already allowed.';
    const s = askedFor(`${name}`, '/projects/shop');
    await view.receive(s.snapshot());
    expect(view.find('.approval .ask-title').textContent).toBe('Run this command?');
    expect(view.find('.reasons code').textContent).toBe('x?');
  });

  it('takes Enter as allow once and Esc as deny while the focus is inside', async () => {
    const view = await openView();
    await view.receive(...story('approval-command'));
    const code = view.find('section[aria-label=Command]');
    await view.press(code, 'Enter');
    expect(answers(view)).toEqual([]);
    vi.advanceTimersByTime(500);
    await view.press(code, 'Enter', { repeat: true });
    expect(answers(view)).toEqual([]);
    await view.press(code, 'Enter');
    expect(answers(view)).toMatchObject([{ answer: 'once' }]);

    const other = await openView();
    await other.receive(...story('approval-command'));
    vi.advanceTimersByTime(500);
    await other.press(other.button('Allow once'), 'Escape');
    expect(answers(other)).toMatchObject([{ answer: 'deny' }]);
  });

  it('denies with a reason', async () => {
    const view = await openView();
    await view.receive(...story('approval-command'));
    vi.advanceTimersByTime(500);
    await view.click('Deny with reason');
    const input = view.find<HTMLInputElement>('input[aria-label="Reason for denying"]');
    input.value = '  use pnpm ';
    await view.press(input, 'Enter', { isComposing: true });
    expect(answers(view)).toEqual([]);
    await view.press(input, 'Enter');
    expect(answers(view)).toMatchObject([{ answer: 'deny', reason: 'use pnpm' }]);
  });

  it('shows what a command hides', async () => {
    const view = await openView();
    await view.receive(...story('approval-hidden'));
    const shown = view.find('section[aria-label=Command]').textContent;
    expect(shown).toContain('\\u{202e}txt.\\u{200b}harmless\\u{a0}');
    expect(shown).not.toMatch(/[\u202e\u200b\u00a0]/);
    expect(shown).toContain('setup.sh | sh');
  });

  it('takes no focus from someone who is writing', async () => {
    const view = await openView();
    const [snapshot] = story('approval-command');
    if (snapshot?.type !== 'snapshot' || !snapshot.head) throw new Error('no head');
    await view.receive({ ...snapshot, head: { ...snapshot.head, pending: [] } });
    view.find<HTMLTextAreaElement>('textarea').focus();
    await view.type('half a sen');
    await view.receive({ type: 'update', head: snapshot.head, items: [], live: [] });
    expect(view.has('Allow once')).toBe(true);
    expect(document.activeElement?.tagName).toBe('TEXTAREA');
  });
});

describe('several approvals at once', () => {
  async function three() {
    const view = await openView();
    const [snapshot] = story('approvals-three');
    if (snapshot?.type !== 'snapshot' || !snapshot.head) throw new Error('no head');
    await view.receive(snapshot);
    const { head } = snapshot;
    const leave = (from: number) =>
      view.receive({
        type: 'update',
        head: { ...head, pending: head.pending.slice(from) },
        items: [],
        live: [],
      });
    return { view, leave, nonces: head.pending.map(one => one.nonce) };
  }

  it('stand in one card, each with all it would do and its own reasons', async () => {
    const { view } = await three();
    expect(view.find('.approval h2').textContent).toContain('Allow these 3 calls?');
    const shown = [...view.root.querySelectorAll('.ask-item')].map(item => item.textContent);
    expect(shown[0]).toContain('Edit this file');
    expect(shown[0]).toContain('src/cart/total.ts');
    expect(shown[1]).toContain('npm run build');
    expect(shown[2]).toContain('npm test -- --run');
    for (const text of shown.slice(1)) expect(text).toContain('npm is not known to only read.');
  });

  it('are all allowed by one click, each under its own nonce, in order', async () => {
    const { view, nonces } = await three();
    await view.click('Allow all once');
    expect(answers(view)).toEqual([]);
    vi.advanceTimersByTime(500);
    await view.click('Allow all once');
    await view.click('Allow all once');
    expect(answers(view).map(a => a.nonce)).toEqual(nonces);
    expect(answers(view).every(a => a.type === 'approve' && a.answer === 'once')).toBe(true);
  });

  it('are answered one by one; what is left is asked with a fresh half second', async () => {
    const { view, leave, nonces } = await three();
    vi.advanceTimersByTime(500);
    await view.click('Deny 2');
    expect(answers(view)).toMatchObject([{ nonce: nonces[1], answer: 'deny' }]);
    await leave(1);
    await view.click('Allow all once');
    expect(answers(view)).toHaveLength(1);
    vi.advanceTimersByTime(500);
    await view.click('Allow all once');
    // The second was answered already: it is not answered again.
    expect(answers(view)).toMatchObject([{ answer: 'deny' }, { nonce: nonces[2], answer: 'once' }]);
  });

  it('that do not fit are allowed at once only after their end was in view, with a fresh half second', async () => {
    const tall = vi.spyOn(Element.prototype, 'scrollHeight', 'get').mockReturnValue(900);
    onTestFinished(() => tall.mockRestore());
    const { view, nonces } = await three();
    vi.advanceTimersByTime(500);
    expect(view.has('Allow all once')).toBe(false);
    const list = view.find<HTMLElement>('.ask-body');
    await view.press(list, 'Enter');
    expect(answers(view)).toEqual([]);
    await view.click('Show the rest');
    expect(answers(view)).toEqual([]);
    list.scrollTop = 900;
    list.dispatchEvent(new Event('scroll'));
    await view.receive();
    await view.click('Allow all once');
    expect(answers(view)).toEqual([]);
    vi.advanceTimersByTime(500);
    await view.click('Allow all once');
    expect(answers(view).map(a => a.nonce)).toEqual(nonces);
  });

  it('are all denied with one reason', async () => {
    const { view, nonces } = await three();
    vi.advanceTimersByTime(500);
    await view.click('Deny all with reason');
    const input = view.find<HTMLInputElement>('input[aria-label="Reason for denying"]');
    input.value = 'one at a time';
    await view.press(input, 'Enter');
    expect(answers(view)).toMatchObject(
      nonces.map(nonce => ({ nonce, answer: 'deny', reason: 'one at a time' })),
    );
  });
});

describe('a question', () => {
  it('is answered by an option or in own words, with its nonce', async () => {
    const view = await openView();
    await view.receive(...story('question'));
    await view.click('Fractions');
    expect(answers(view)).toEqual([]);
    vi.advanceTimersByTime(500);
    await view.click('Fractions');
    expect(answers(view)).toMatchObject([{ type: 'answer', nonce: 'q1', text: 'Fractions' }]);

    const other = await openView();
    await other.receive(...story('question'));
    vi.advanceTimersByTime(500);
    const input = other.find<HTMLInputElement>('input[aria-label="Your answer"]');
    await other.press(input, 'Enter');
    expect(answers(other)).toEqual([]);
    input.value = 'Ask the accountant';
    await other.press(input, 'Enter');
    expect(answers(other)).toMatchObject([{ text: 'Ask the accountant' }]);
  });
});
