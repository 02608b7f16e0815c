// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { around, script } from './stories/script.ts';
import { openView, type View } from './view.ts';

const box = (view: View) => view.find<HTMLTextAreaElement>('textarea[aria-label="Message Ascent"]');
const sent = (view: View) => view.posted.filter(m => m.type === 'send');

describe('the composer', () => {
  it('sends with Enter and empties itself', async () => {
    const view = await openView();
    await view.receive(around);
    await view.type('  Fix it ');
    await view.press(box(view), 'Enter');
    expect(sent(view)).toEqual([{ type: 'send', text: 'Fix it', context: [] }]);
    expect(box(view).value).toBe('');
  });

  it('does not send with Shift+Enter, with the Enter that ends a composition, or with nothing written', async () => {
    const view = await openView();
    await view.receive(around);
    await view.type(' \n');
    await view.press(box(view), 'Enter');
    await view.type('修复');
    await view.press(box(view), 'Enter', { shiftKey: true });
    await view.press(box(view), 'Enter', { isComposing: true });
    await view.press(box(view), 'Enter', { keyCode: 229 });
    expect(sent(view)).toEqual([]);
    expect(view.button('Send').disabled).toBe(false);
  });

  it('keeps the draft over a redraw, and forgets it once it is sent', async () => {
    const first = await openView();
    await first.receive(around);
    await first.type('half a thought');
    const second = await openView(first.state());
    await second.receive(around);
    expect(box(second).value).toBe('half a thought');
    await second.press(box(second), 'Enter');
    const third = await openView(second.state());
    await third.receive(around);
    expect(box(third).value).toBe('');
  });

  it('drops the draft of a message that was sent after it, and no other', async () => {
    const view = await openView();
    await view.receive(around);
    await view.type('Fix the te');
    const stale = view.state();
    const message = (text: string, later: number) =>
      ({
        ...around,
        items: [{ id: 'u', kind: 'user', text, context: [], steer: false, at: Date.now() + later }],
      }) satisfies typeof around;
    const draftAfter = async (snapshot: typeof around) => {
      const again = await openView(stale);
      await again.receive(snapshot);
      return box(again).value;
    };
    expect(await draftAfter(message('Fix the test', 5_000))).toBe('');
    expect(await draftAfter(message('Fix the test', -5_000))).toBe('Fix the te');
    expect(await draftAfter(message('Explain it', 5_000))).toBe('Fix the te');
  });

  it('takes text and attachments from the host, and sends them along', async () => {
    const view = await openView();
    await view.receive(around, {
      type: 'compose',
      text: 'Explain',
      context: [{ label: 'a.ts:1-9', text: 'x' }],
    });
    expect(box(view).value).toBe('Explain');
    await view.press(box(view), 'Enter');
    expect(sent(view)).toMatchObject([{ text: 'Explain', context: [{ label: 'a.ts:1-9' }] }]);
    await view.type('again');
    await view.press(box(view), 'Enter');
    expect(sent(view)[1]).toMatchObject({ context: [] });
  });

  it('drops an attachment', async () => {
    const view = await openView();
    await view.receive(around, {
      type: 'compose',
      text: 'Explain',
      context: [{ label: 'a.ts:1-9', text: 'x' }],
    });
    await view.click('Remove a.ts:1-9');
    await view.press(box(view), 'Enter');
    expect(sent(view)).toMatchObject([{ context: [] }]);
  });

  it('asks for files at an @ and puts the chosen path in', async () => {
    const view = await openView();
    await view.receive(around);
    await view.type('write to me@example');
    expect(view.posted).toEqual([]);
    await view.type('look at @cart');
    expect(view.posted).toEqual([{ type: 'findFiles', query: 'cart', request: 1 }]);
    await view.receive({ type: 'files', request: 1, paths: ['src/cart.ts', 'test/cart.test.ts'] });
    expect(view.root.querySelectorAll('[role=option]')).toHaveLength(2);
    await view.press(box(view), 'ArrowDown');
    await view.press(box(view), 'Enter');
    expect(box(view).value).toBe('look at @test/cart.test.ts ');
    expect(sent(view)).toEqual([]);
  });

  it('shows no files that belong to an earlier question', async () => {
    const view = await openView();
    await view.receive(around);
    await view.type('@a');
    await view.type('@ab');
    await view.receive({ type: 'files', request: 1, paths: ['a.ts'] });
    expect(view.root.querySelector('[role=listbox]')).toBeNull();
  });

  it('is closed while nothing may be sent, and the button that helps is there', async () => {
    const view = await openView();
    const blocked = { text: 'Not trusted.', command: { label: 'Manage Trust', command: 'trust' as const } };
    await view.receive({ ...around, blocked });
    expect(box(view).disabled).toBe(true);
    await view.click('Manage Trust');
    expect(view.posted).toEqual([{ type: 'command', command: 'trust' }]);
  });
});

describe('the empty state', () => {
  it('sends an example', async () => {
    const view = await openView();
    await view.receive(around);
    await view.click('Review my changes');
    expect(sent(view)).toMatchObject([{ text: 'Review the uncommitted changes.' }]);
  });

  it('says that the stand-in answers, and how to connect a backend', async () => {
    const view = await openView();
    await view.receive({ ...around, backend: { label: 'Stand-in', standIn: true } });
    expect(view.root.textContent).toContain('Stand-in backend: scripted, no model');
    await view.click('Connect a backend');
    expect(view.posted).toEqual([{ type: 'command', command: 'selectBackend' }]);
  });
});

describe('the session bar', () => {
  it('renames with Enter and not with Esc', async () => {
    const view = await openView();
    await view.receive(script({ title: 'Old' }).say('x').end().snapshot());
    const title = view.find<HTMLInputElement>('input[aria-label="Session title"]');
    title.focus();
    title.value = 'Discarded';
    await view.press(title, 'Escape');
    expect(view.posted).toEqual([]);
    expect(title.value).toBe('Old');
    title.focus();
    title.value = 'New';
    await view.press(title, 'Enter');
    expect(view.posted).toEqual([{ type: 'rename', title: 'New' }]);
  });

  it('lists sessions with where each of them is', async () => {
    const view = await openView();
    await view.receive(around);
    await view.click('Sessions');
    const session = (title: string, more: object) => ({
      id: title,
      title,
      updatedAt: 0,
      running: false,
      ...more,
    });
    await view.receive({
      type: 'sessions',
      sessions: [
        session('One', { running: true, where: 'here' }),
        session('Two', { running: true, where: 'background' }),
        session('Three', { where: 'window' }),
        session('Four', { unfinished: true }),
      ],
    });
    const rows = [...view.root.querySelectorAll('.menu-item')].map(row =>
      [...row.querySelectorAll('span')].map(span => span.textContent).filter(Boolean),
    );
    expect(rows).toEqual([
      ['One', 'running'],
      ['Two', 'background'],
      ['Three', 'another window'],
      ['Four', 'not finished'],
    ]);
  });

  it('lists sessions and opens one', async () => {
    const view = await openView();
    await view.receive(around);
    await view.click('Sessions');
    await view.receive({
      type: 'sessions',
      sessions: [{ id: 's7', title: 'Earlier', updatedAt: Date.now(), running: false }],
    });
    await view.click(/^Earlier/);
    expect(view.posted).toEqual([{ type: 'listSessions' }, { type: 'openSession', id: 's7' }]);
  });

  it('asks for another approval mode', async () => {
    const view = await openView();
    await view.receive(around);
    await view.click('Approval mode: Ask');
    await view.click(/^Edits/);
    expect(view.posted).toEqual([{ type: 'setMode', mode: 'edits' }]);
  });
});

describe('while it runs', () => {
  const queue = [
    { id: 'q1', text: 'then this', context: [] },
    { id: 'q2', text: 'and that', context: [{ label: 'a.ts', text: 'x' }] },
  ];
  const at = (status: 'running' | 'stopped') => {
    const snapshot = script().say('go').beginStep().snapshot();
    return { ...snapshot, head: { ...snapshot.head!, status, queue } };
  };
  const waiting = (view: View) =>
    [...view.root.querySelectorAll('.queued-text')].map(element => element.textContent);

  it('Enter steers, Alt+Enter queues, and the menu of the send button does both', async () => {
    const view = await openView();
    await view.receive({ ...at('running') });
    expect(box(view).placeholder).toMatch(/^Steer its next step, or queue with /);
    const say = async (text: string, act: () => Promise<void>) => {
      await view.type(text);
      await act();
    };
    await say('now', () => view.press(box(view), 'Enter'));
    await say('later', () => view.press(box(view), 'Enter', { altKey: true }));
    await say('修复', () => view.press(box(view), 'Enter', { altKey: true, isComposing: true }));
    expect(sent(view)).toHaveLength(2);
    await view.click('Ways to send');
    const items = [...view.root.querySelectorAll<HTMLElement>('.ways [role=menuitem]')];
    expect(items.map(item => item.textContent)).toEqual([
      'Send for the next stepEnter',
      expect.stringMatching(/^Queue for after this turn/),
    ]);
    await view.click(/^Queue for after this turn/);
    expect(sent(view)).toEqual([
      { type: 'send', text: 'now', context: [] },
      { type: 'send', text: 'later', context: [], later: true },
      { type: 'send', text: '修复', context: [], later: true },
    ]);
  });

  it('what waits is shown, edited in place, sent now, or removed', async () => {
    const view = await openView();
    await view.receive({ ...at('running') });
    expect(waiting(view)).toEqual(['then this', 'and that']);
    await view.click('Remove the queued message');
    await view.click('Send for the next step instead');
    await view.click('Edit the queued message');
    const editor = view.find<HTMLTextAreaElement>('textarea[aria-label="Queued message"]');
    expect(editor.value).toBe('then this');
    editor.value = 'then this, better';
    await view.press(editor, 'Enter', { isComposing: true });
    await view.press(editor, 'Enter');
    expect(view.posted).toEqual([
      { type: 'removeQueued', id: 'q1' },
      { type: 'sendQueued', id: 'q1' },
      { type: 'editQueued', id: 'q1', text: 'then this, better' },
    ]);
    expect(waiting(view)).toHaveLength(2);
  });

  it('after a stop the queue waits, and is let go on', async () => {
    const view = await openView();
    await view.receive({ ...at('stopped') });
    expect(view.find('.queue-head').textContent).toContain('2 messages waiting');
    await view.click('Send them');
    expect(view.posted).toEqual([{ type: 'sendQueued' }]);
  });
});

it('room that was made is taken back with its newest row', async () => {
  const view = await openView();
  const s = script().say('go').beginStep();
  s.emit({ type: 'context.trimmed', results: 3, tokens: 9_000 });
  s.emit({ type: 'context.trimmed', results: 5, tokens: 12_000 });
  await view.receive(s.snapshot());
  expect([...view.root.querySelectorAll('.room .line')].map(line => line.textContent)).toEqual([
    expect.stringContaining('Set 3 tool outputs aside to make room, about 9k tokens'),
    expect.stringContaining('Set 5 tool outputs aside to make room, about 12k tokens'),
  ]);
  expect(view.root.querySelectorAll('.room button')).toHaveLength(1);
  const newest = s.events.findLast(e => e.type === 'context.trimmed')!.seq;
  await view.click('Undo');
  expect(view.posted).toEqual([{ type: 'takeBackRoom', seq: newest }]);
});
