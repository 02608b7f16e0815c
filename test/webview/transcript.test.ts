// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import type { HostMessage, Snapshot } from '../../src/protocol/view.ts';
import { run } from './stories/calls.ts';
import { longSession } from './stories/long.ts';
import { wholeRun } from './stories/quiet.ts';
import { around, script, snapshotOf, updatesOf } from './stories/script.ts';
import { stories } from './stories/stories.ts';
import { openView } from './view.ts';

const live = (...live: Extract<HostMessage, { type: 'update' }>['live']): HostMessage => ({
  type: 'update',
  items: [],
  live,
});

describe('the view', () => {
  it('says how long a thought took, unless it took no time to speak of', async () => {
    const view = await openView();
    const thoughts = script().say('go').step({ reasoning: 'Soon.', thinkingMs: 20 });
    await view.receive(thoughts.step({ reasoning: 'Later.', thinkingMs: 1_200 }).end().snapshot());
    expect(view.root.textContent).toContain('Thought Soon.');
    expect(view.root.textContent).toContain('Thought for 1.2 s Later.');
  });

  it('shows the same from a snapshot as from updates', async () => {
    const { events } = wholeRun();
    const whole = await openView();
    await whole.receive(snapshotOf(events));
    const expected = whole.root.innerHTML;
    const grown = await openView();
    await grown.receive({ ...snapshotOf(events.slice(0, 1)) }, ...updatesOf(events));
    expect(grown.root.innerHTML).toBe(expected);
    const half = await openView();
    await half.receive(snapshotOf(events.slice(0, 20)), ...updatesOf(events).slice(20));
    expect(half.root.innerHTML).toBe(expected);
  });

  it.each(stories)('draws $name and leaves no control without a name', async story => {
    const view = await openView();
    await view.receive(...story.messages());
    const nameless = [...view.root.querySelectorAll('button, input, textarea, [role=img]')].filter(
      e => !(e.getAttribute('aria-label') || e.textContent?.replace(/[\ue000-\uf8ff]/g, '').trim()),
    );
    // A replay has its controls where a session has the composer.
    const isReplay = view.root.querySelector('section[aria-label=Replay]') !== null;
    expect(isReplay).toBe(story.name.startsWith('replay'));
    expect(view.has(/^Send/)).toBe(!isReplay);
    expect(nameless.map(e => e.outerHTML)).toEqual([]);
  });

  it('counts a notice that is said again, in its first place', async () => {
    const view = await openView();
    const { head, items, ...rest } = wholeRun().snapshot();
    const notice = {
      id: 'n',
      kind: 'notice',
      level: 'info',
      code: 'retry',
      text: 'Busy. Asked again.',
    } as const;
    await view.receive({ ...rest, head, items: [notice, ...items] });
    expect(view.root.querySelector('.notice')?.textContent).toMatch(/Asked again\.$/);
    await view.receive({ type: 'update', items: [{ ...notice, times: 4 }], live: [] });
    const shown = [...view.root.querySelectorAll('.notice')].map(e => e.textContent);
    expect(shown).toEqual([expect.stringMatching(/Busy\. Asked again\. 4 times$/)]);
  });

  it('keeps opened rows over a redraw of the same session, and forgets them with another', async () => {
    const { events } = wholeRun();
    const first = await openView();
    await first.receive(snapshotOf(events));
    await first.click(/^Edited/);
    const second = await openView(first.state());
    await second.receive(snapshotOf(events));
    expect(second.button(/^Edited/).getAttribute('aria-expanded')).toBe('true');
    const other = snapshotOf(events);
    await second.receive({ ...other, head: { ...other.head!, id: 'another' } });
    expect(second.button(/^Edited/).getAttribute('aria-expanded')).toBe('false');
  });

  it('does not draw old rows again when new ones come', async () => {
    const events = longSession(60);
    const view = await openView();
    const updates = updatesOf(events);
    await view.receive(snapshotOf(events.slice(0, 300)));
    const old = [...view.root.querySelectorAll('.row')].slice(0, 30);
    const touched: Node[] = [];
    const observer = new MutationObserver(changes => touched.push(...changes.map(c => c.target)));
    observer.observe(view.root, { subtree: true, childList: true, attributes: true, characterData: true });
    await view.receive(...updates.slice(300));
    observer.disconnect();
    expect(touched.length).toBeGreaterThan(0);
    expect(touched.filter(node => old.some(row => row.contains(node)))).toEqual([]);
    expect(old.every(row => row.isConnected)).toBe(true);
  });
});

describe('what is live', () => {
  const begun = () => script().say('x').beginStep();

  it('is shown while it comes, and gives way to what is recorded', async () => {
    const s = begun();
    const view = await openView();
    await view.receive(s.snapshot());
    await view.receive(
      live({ type: 'reasoning.delta', text: 'Let me ' }, { type: 'reasoning.delta', text: 'see.' }),
    );
    expect(view.root.textContent).toContain('Let me see.');
    await view.receive(live({ type: 'text.delta', text: 'The **answer**' }));
    expect(view.find('.live strong').textContent).toBe('answer');

    const recorded = script().say('x').step({ reasoning: 'Let me see.', text: 'The **answer** is 7.' });
    const { head, items } = recorded.snapshot();
    await view.receive({ type: 'update', head, items: items.slice(1), live: [] });
    expect(view.find('.live').textContent).toBe('');
    expect(view.root.querySelectorAll('.markdown strong')).toHaveLength(1);
  });

  it('comes back with the snapshot, and is void after a reset', async () => {
    const view = await openView();
    await view.receive(begun().snapshot([{ type: 'text.delta', text: 'Half an ans' }]));
    expect(view.find('.live').textContent?.trim()).toBe('Half an ans');
    await view.receive(live({ type: 'step.reset' }, { type: 'text.delta', text: 'Anew' }));
    expect(view.find('.live').textContent?.trim()).toBe('Anew');
  });

  it('shows a running command with its last lines, and drops them when it is done', async () => {
    const s = script().say('x');
    const call = run('npm test', 'all is well\n');
    const [id] = s.reply({ calls: [call] });
    s.allow(id!);
    const view = await openView();
    await view.receive(s.snapshot());
    const lines = Array.from({ length: 500 }, (_, i) => `line ${i}\n`).join('');
    await view.receive(
      live(
        { type: 'tool.started', callId: id! },
        { type: 'tool.output', callId: id!, text: `\u001b[31m${lines}` },
      ),
    );
    expect(view.find('.output-tail').textContent).toBe('line 496\nline 497\nline 498\nline 499');
    expect(view.find('.run-now').textContent).toBe('Running npm test');
    await view.click(/^Running npm test/);
    const shown = view.find('section[aria-label=Output]').textContent!;
    expect(shown.split('\n').filter(Boolean)).toHaveLength(200);

    s.result(id!, call);
    await view.receive({
      type: 'update',
      head: s.snapshot().head,
      items: s.snapshot().items.slice(-1),
      live: [],
    });
    expect(view.find('section[aria-label=Output]').textContent).toBe('all is well');
  });

  it('can be stopped, and says for what it waits', async () => {
    const view = await openView();
    await view.receive(
      begun().snapshot([
        { type: 'step.waiting', reason: 'backend busy', until: Date.now() + 60_000, attempt: 1 },
      ]),
    );
    expect(view.find('.run-now').textContent).toMatch(/^Waiting \d+ s: backend busy$/);
    await view.click('Stop');
    expect(view.posted).toEqual([{ type: 'stop' }]);
  });

  it('says for what it waits, though nobody can tell how long', async () => {
    const view = await openView();
    await view.receive(begun().snapshot([{ type: 'step.waiting', reason: 'others first', attempt: 1 }]));
    expect(view.find('.run-now').textContent).toBe('Waiting: others first');
  });

  it('is over with the turn', async () => {
    const view = await openView();
    const s = begun();
    await view.receive(s.snapshot([{ type: 'text.delta', text: 'Half' }]));
    s.end('stopped');
    const { head, items } = s.snapshot();
    await view.receive({ type: 'update', head, items: items.slice(-1), live: [] });
    expect(view.root.textContent).not.toContain('Half');
    expect(view.has('Stop')).toBe(false);
  });
});

describe('the end of a turn', () => {
  const ended = (...end: Parameters<ReturnType<typeof script>['end']>): Snapshot =>
    script()
      .say('x')
      .step({ text: 'y' })
      .end(...end)
      .snapshot();

  it('offers to go on, as long as it is the last row', async () => {
    const view = await openView();
    const s = script().say('x').step({ text: 'y' }).end('stopped');
    await view.receive(s.snapshot());
    await view.click('Continue');
    expect(view.posted).toEqual([{ type: 'command', command: 'retry' }]);
    s.say('go on');
    await view.receive({
      type: 'update',
      head: s.snapshot().head,
      items: s.snapshot().items.slice(-1),
      live: [],
    });
    expect(view.has('Continue')).toBe(false);
  });

  it.each([
    ['setKey', 'Set API key', { type: 'command', command: 'setKey' }],
    ['newSession', 'New session', { type: 'newSession' }],
    ['showLog', 'Show log', { type: 'command', command: 'showLog' }],
  ] as const)('says what happened, what to do, and does it: %s', async (action, label, message) => {
    const view = await openView();
    await view.receive(
      ended('failed', { kind: 'auth', message: 'The key was refused.', hint: 'Set another.', action }),
    );
    expect(view.find('.end').textContent).toContain('The key was refused. Set another.');
    view.find<HTMLButtonElement>('.end button').click();
    expect(view.find('.end button').textContent).toBe(label);
    expect(view.posted).toEqual([message]);
  });

  it('offers to go on beside the button that clears the way', async () => {
    const view = await openView();
    await view.receive(
      ended('failed', { kind: 'quota', message: 'No credit.', hint: 'Top up.', action: 'selectBackend' }),
    );
    await view.click('Try again');
    await view.receive(
      ended('costLimit', { kind: 'costLimit', message: 'Spent.', hint: 'Raise it.', action: 'openSettings' }),
    );
    await view.click('Continue');
    expect(view.posted).toEqual([
      { type: 'command', command: 'retry' },
      { type: 'command', command: 'retry' },
    ]);
  });

  it('is announced once, in words', async () => {
    const view = await openView();
    await view.receive(ended());
    expect(view.find('[role=status]').textContent).toBe('Finished');
    await view.receive(ended('stopped'));
    expect(view.find('[role=status]').textContent).toBe('Stopped');
  });
});

it('draws nothing before the first snapshot', async () => {
  const view = await openView();
  expect(view.root.innerHTML).toBe('');
  await view.receive(around);
  expect(view.find('textarea')).toBeTruthy();
});
