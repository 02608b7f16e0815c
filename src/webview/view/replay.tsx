/** A session looked at again: where it is, and the hands to move it. What it shows is what the host last sent. */
import { useEffect } from 'preact/hooks';
import { head, replay } from '../state/store.ts';
import { exact } from '../text/words.ts';
import { post } from '../vscode.ts';
import { ContextRing, Cost } from './footer.tsx';
import { Icon, IconButton } from './icon.tsx';
import { Menu, MenuItem } from './menu.tsx';

export function ReplayBanner() {
  return (
    <p class="banner replay-banner">
      <Icon name="history" />
      <span>{replay.value?.imported ? 'Imported session, replayed' : 'Replay'}: nothing runs</span>
      <button type="button" class="link" onClick={() => post({ type: 'replayClose' })}>
        Close replay
      </button>
    </p>
  );
}

const SPEEDS = [
  { speed: 1, label: 'As fast as it was' },
  { speed: 4, label: '4 times as fast' },
  { speed: 16, label: '16 times as fast' },
  { speed: 1000, label: 'As fast as it goes' },
];
/** What Play starts with: as chosen last in this view. */
let chosen = 4;

const to = (moment: number) => post({ type: 'replayTo', moment: Math.max(0, moment) });
const play = (speed: number) => post({ type: 'replayPlay', speed });

export function ReplayControls() {
  useKeys();
  const { moment, moments, steps, turns, playing } = replay.value!;
  const done = steps.findLastIndex(end => end <= moment) + 1;
  // Between two ends the step that comes to the next one is being looked at.
  const step = Math.min(steps.length, moment > (steps[done - 1] ?? 0) ? done + 1 : Math.max(1, done));
  const previous = steps[moment > (steps[done - 1] ?? 0) ? done - 1 : done - 2] ?? 0;
  const next = steps.find(end => end > moment) ?? moments;
  const position = `Step ${exact(step)} of ${exact(steps.length)}`;
  const isAtEnd = moment >= moments;
  return (
    <section class="replay" aria-label="Replay">
      <input
        type="range"
        class="replay-slider"
        aria-label="Moment"
        aria-valuetext={`${position}, moment ${exact(moment)} of ${exact(moments)}`}
        min={0}
        max={moments}
        value={moment}
        onInput={e => to(e.currentTarget.valueAsNumber)}
      />
      <div class="replay-row">
        <IconButton
          name="debug-reverse-continue"
          label="Previous step"
          disabled={moment === 0}
          onClick={() => to(previous)}
        />
        <IconButton name="arrow-left" label="Back" disabled={moment === 0} onClick={() => to(moment - 1)} />
        {playing ? (
          <IconButton name="debug-pause" label="Pause" onClick={() => play(0)} />
        ) : (
          <IconButton name="debug-start" label="Play" disabled={isAtEnd} onClick={() => play(chosen)} />
        )}
        <IconButton name="arrow-right" label="Forward" disabled={isAtEnd} onClick={() => to(moment + 1)} />
        <IconButton name="debug-continue" label="Next step" disabled={isAtEnd} onClick={() => to(next)} />
        <span class="spacer" />
        <label class="replay-step">
          <span class="wide">Step</span>
          <input
            type="number"
            aria-label="Step"
            min={1}
            max={steps.length}
            value={step}
            disabled={!steps.length}
            onChange={e => {
              const end = steps[Math.round(e.currentTarget.valueAsNumber) - 1];
              if (end !== undefined) to(end);
              else e.currentTarget.valueAsNumber = step;
            }}
          />
          <span class="meta">of {exact(steps.length)}</span>
        </label>
      </div>
      <div class="replay-row">
        <Menu
          label="Speed"
          face={
            <>
              {chosen === 1000 ? 'Fastest' : `${chosen}×`}
              <Icon name="chevron-down" />
            </>
          }
          class="text-menu"
          align="left"
          side="above"
        >
          {close =>
            SPEEDS.map(({ speed, label }) => (
              <MenuItem
                key={speed}
                label={label}
                checked={speed === chosen}
                onClick={() => {
                  close();
                  chosen = speed;
                  play(playing ? speed : 0);
                }}
              />
            ))
          }
        </Menu>
        {turns.length > 1 && (
          <Menu
            label="Turns"
            face={
              <>
                Turn {Math.max(1, turns.filter(turn => turn.start <= moment).length)} of {turns.length}
                <Icon name="chevron-down" />
              </>
            }
            class="turns text-menu"
            align="left"
            side="above"
          >
            {close =>
              turns.map(({ start, text }, index) => (
                <MenuItem
                  key={start}
                  label={`${index + 1}. ${text || 'Continued'}`}
                  checked={start <= moment && !(turns[index + 1] && turns[index + 1]!.start <= moment)}
                  onClick={() => {
                    close();
                    to(start);
                  }}
                />
              ))
            }
          </Menu>
        )}
        <span class="spacer" />
        {head.value && <Cost />}
        <ContextRing />
      </div>
    </section>
  );
}

/** Arrows move by a moment, with Shift by a step; Space plays and pauses. Not where keys mean something else. */
function useKeys(): void {
  useEffect(() => {
    const onKeyDown = (e: KeyboardEvent) => {
      const now = replay.value;
      if (!now || e.altKey || e.ctrlKey || e.metaKey) return;
      if ((e.target as Element).closest('input, textarea, [role^=menu]')) return;
      const { moment, moments, steps, playing } = now;
      if (e.key === ' ' && !(e.target as Element).closest('button')) play(playing ? 0 : chosen);
      else if (e.key === 'ArrowLeft')
        to(e.shiftKey ? (steps.findLast(end => end < moment) ?? 0) : moment - 1);
      else if (e.key === 'ArrowRight')
        to(e.shiftKey ? (steps.find(end => end > moment) ?? moments) : Math.min(moments, moment + 1));
      else return;
      e.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
