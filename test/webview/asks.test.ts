// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { askedFor, asks } from './stories/asks.ts';
import { openView, type View } from './view.ts';

const story = (name: string) => asks.find(s => s.name === name)!.messages();
const answers = (view: View) => view.posted.filter(m => m.type === 'approve' || m.type === 'answer');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  return () => vi.useRealTimers();
});

describe('an approval', () => {
  it('answers with the nonce it was asked with', async () => {
    const view = await openView();
    await view.receive(askedFor('npm test', '/projects/shop', 'npm test in this folder').snapshot());
    vi.advanceTimersByTime(500);
    await view.click('Allow for this session');
    expect(answers(view)).toEqual([
      { type: 'approve', callId: 'call-3', nonce: 'nonce-call-3', answer: 'session' },
    ]);
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

  it('offers no session where none was offered', async () => {
    const view = await openView();
    await view.receive(askedFor('rm -rf dist').snapshot());
    expect(view.has('Allow for this session')).toBe(false);
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

  it('starts its half second anew with the next of several', async () => {
    const view = await openView();
    const [snapshot] = story('approvals-three');
    await view.receive(snapshot!);
    expect(view.root.textContent).toContain('1 of 3');
    vi.advanceTimersByTime(500);
    await view.click('Allow once');
    if (snapshot?.type !== 'snapshot' || !snapshot.head) throw new Error('no head');
    const head = { ...snapshot.head, pending: snapshot.head.pending.slice(1) };
    await view.receive({ type: 'update', head, items: [], live: [] });
    expect(view.root.textContent).toContain('1 of 2');
    await view.click('Allow once');
    expect(answers(view)).toHaveLength(1);
    vi.advanceTimersByTime(500);
    await view.click('Allow once');
    expect(answers(view).map(a => a.nonce)).toEqual(['nonce-call-3', 'nonce-call-4']);
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
