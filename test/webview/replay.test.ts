// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import type { ViewMessage } from '../../src/protocol/view.ts';
import { replayed, replayedApproval } from './stories/replays.ts';
import { openView, type View } from './view.ts';

const asked = (view: View) => view.posted.filter(m => m.type.startsWith('replay')) as ViewMessage[];
const words = (view: View) => [...view.root.querySelectorAll('.line .words')].map(e => e.textContent);

describe('a replay', () => {
  it('shows what the session showed at its moments, forwards and back', async () => {
    const view = await openView();
    const [snapshot, ...moves] = replayed([6, 14, 1e6, 14, 6]);
    await view.receive(snapshot!);
    expect(view.root.textContent).toContain('Replay: nothing runs');
    const seen: (string | null)[][] = [];
    for (const move of moves) {
      await view.receive(move);
      seen.push(words(view));
    }
    expect(seen[3]).toEqual(seen[1]);
    expect(seen[4]).toEqual(seen[0]);
    expect(seen[2]!.length).toBeGreaterThan(seen[1]!.length);
    expect(seen[2]!.some(text => text?.startsWith('Edited src/cart/total.ts'))).toBe(true);
  });

  it('is moved by its buttons, its slider, the number of a step, and keys', async () => {
    const view = await openView();
    await view.receive(...replayed([7]));
    await view.click('Forward');
    await view.click('Back');
    await view.click('Next step');
    await view.click('Previous step');
    const step = view.find<HTMLInputElement>('input[aria-label=Step]');
    step.value = '7';
    step.dispatchEvent(new Event('change', { bubbles: true }));
    const slider = view.find<HTMLInputElement>('input[aria-label=Moment]');
    slider.value = '3';
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await view.press(document.body, 'ArrowRight');
    await view.press(document.body, 'ArrowLeft', { shiftKey: true });
    await view.press(document.body, ' ');
    const [forward, back, next, previous, seventh, third, right, shiftLeft, space] = asked(view);
    expect([forward, back, right]).toEqual([8, 6, 8].map(moment => ({ type: 'replayTo', moment })));
    const snapshot = replayed([])[0] as Extract<ReturnType<typeof replayed>[0], { type: 'snapshot' }>;
    const { steps } = snapshot.replay!;
    expect(next).toEqual({ type: 'replayTo', moment: steps.find(end => end > 7) });
    expect(seventh).toEqual({ type: 'replayTo', moment: steps[6] });
    expect(third).toEqual({ type: 'replayTo', moment: 3 });
    for (const message of [previous, shiftLeft])
      expect((message as { moment: number }).moment).toBeLessThan(7);
    expect(space).toEqual({ type: 'replayPlay', speed: 4 });
    expect(view.find('input[aria-label=Moment]').getAttribute('aria-valuetext')).toMatch(
      /^Step 2 of 7, moment 7 of \d+$/,
    );
  });

  it('plays, pauses, and at another speed', async () => {
    const view = await openView();
    const [snapshot, move] = replayed([7]);
    await view.receive(snapshot!, move!);
    await view.click('Play');
    await view.receive({ ...(move as Extract<typeof move, { type: 'replay' }>), playing: 4 });
    await view.click('Speed');
    const entry = [...view.root.querySelectorAll<HTMLElement>('[role=menuitemradio]')].find(e =>
      e.textContent?.includes('16 times'),
    );
    entry!.click();
    await view.click('Pause');
    expect(asked(view)).toEqual([4, 16, 0].map(speed => ({ type: 'replayPlay', speed })));
  });

  it('goes to a turn', async () => {
    const view = await openView();
    await view.receive(...replayed([1e6], true, true));
    expect(view.root.textContent).toContain('Imported session, replayed');
    // Nothing can be gone on with here.
    expect(view.root.textContent).not.toContain('Continue, or say');
    await view.click('Turns');
    const entries = [...view.root.querySelectorAll<HTMLElement>('[role=menuitemradio]')];
    expect(entries.map(e => e.textContent)).toEqual([
      expect.stringContaining('1. Make the failing test pass'),
      expect.stringContaining('2. And the discount test'),
    ]);
    entries[0]!.click();
    expect(asked(view)).toEqual([{ type: 'replayTo', moment: 1 }]);
  });

  it('offers nothing that would act: no composer, no approval, no stop, no title to change, no way to go on', async () => {
    const view = await openView();
    await view.receive(...replayedApproval());
    for (const name of ['Allow once', 'Deny', 'Stop', /^Send/, 'Continue', 'Try again'])
      expect(view.has(name), String(name)).toBe(false);
    expect(view.root.querySelector('textarea')).toBeNull();
    expect(view.root.querySelector('input.title')).toBeNull();
    // What would have been allowed can be looked at.
    await view.click(/^Run npm test/);
    expect(view.find('section[aria-label=Command]').textContent).toContain('npm test');
    await view.receive(...replayed([1e6], false, true));
    expect(view.has('Continue')).toBe(false);
  });

  it('is left by its button, and by what the host shows next', async () => {
    const view = await openView();
    const [snapshot] = replayed([]);
    await view.receive(snapshot!);
    await view.click('Close replay');
    expect(asked(view)).toEqual([{ type: 'replayClose' }]);
    const { replay: _, ...plain } = snapshot as Extract<typeof snapshot, { type: 'snapshot' }>;
    await view.receive(plain as never);
    expect(view.root.textContent).not.toContain('Replay');
    expect(view.root.querySelector('textarea')).not.toBeNull();
  });
});
