/** The session that the view replays, if any: it stands in the place of the one that is shown, and nothing of it runs. */
import type { SessionEvent } from '../../protocol/events.ts';
import type { SessionHead, Transcript } from '../../protocol/transcript.ts';
import type { HostMessage, ReplayView, Snapshot } from '../../protocol/view.ts';
import { createReplay } from '../../session/replay/replay.ts';

type Moved = Extract<HostMessage, { type: 'replay' }>;

export interface Replayed {
  id: string;
  /** It came from a file: nothing on this machine belongs to it. */
  imported: boolean;
  transcript: Transcript;
  snapshot(): Pick<Snapshot, 'head' | 'items' | 'live' | 'replay' | 'blocked'>;
  to(moment: number): void;
  /** So many times real time; 0 pauses. */
  play(speed: number): void;
}

export type Replays = ReturnType<typeof createReplays>;

/** Nobody waits as long as a build took; and no moment is too short to be seen. Milliseconds. */
const LONGEST = 2_000;
const SHORTEST = 30;
const TURN_TEXT = 80;

export function createReplays() {
  const switched = new Set<() => void>();
  const moved = new Set<(message: Moved) => void>();
  let shown: Replayed | undefined;
  let stop = () => {};
  const show = (next: Replayed | undefined) => {
    if (!shown && !next) return;
    stop();
    shown = next;
    for (const listener of switched) listener();
  };

  return {
    get shown() {
      return shown;
    },
    /** Another replay, or none, is shown. */
    onSwitch: (listener: () => void) => void switched.add(listener),
    onMove: (listener: (message: Moved) => void) => void moved.add(listener),

    /** Shows a session's events from their beginning, or from another moment. */
    open(events: readonly SessionEvent[], about: { id: string; imported: boolean }): void {
      const replay = createReplay(events);
      let playing = 0;
      let timer: NodeJS.Timeout | undefined;
      // The last title, from the beginning on; and nothing that could be answered.
      replay.seek(replay.moments);
      const { title } = replay.transcript.head;
      const headOf = (head: SessionHead): SessionHead => ({
        ...head,
        id: `replay:${about.id}`,
        title: title || about.id,
        pending: [],
      });
      const go = (moment: number) => {
        const { from, items, head } = replay.seek(moment);
        if (replay.position === replay.moments) playing = 0;
        const message: Moved = {
          type: 'replay',
          moment: replay.position,
          playing,
          head: headOf(head),
          from,
          items,
        };
        for (const listener of moved) listener(message);
      };
      const playOn = () => {
        clearTimeout(timer);
        if (!playing) return;
        const { position } = replay;
        const gap = (replay.timeOf(position + 1) - replay.timeOf(position)) / playing;
        timer = setTimeout(
          () => {
            go(position + 1);
            playOn();
          },
          Math.min(LONGEST, Math.max(SHORTEST, gap)),
        );
      };
      const view = (): ReplayView => ({
        imported: about.imported,
        moment: replay.position,
        moments: replay.moments,
        steps: replay.steps.map(({ end }) => end),
        turns: replay.turns.map(({ start, text }) => ({
          start,
          text: text.trim().split('\n', 1)[0]!.slice(0, TURN_TEXT),
        })),
        playing,
      });
      replay.seek(replay.turns[0]?.start ?? 0);
      show({
        ...about,
        get transcript() {
          return replay.transcript;
        },
        snapshot: () => ({
          head: headOf(replay.transcript.head),
          items: [...replay.transcript.items],
          live: [],
          replay: view(),
          blocked: undefined,
        }),
        to(moment) {
          playing = 0;
          clearTimeout(timer);
          go(moment);
        },
        play(speed) {
          playing = speed;
          go(replay.position);
          playOn();
        },
      });
      stop = () => clearTimeout(timer);
    },
    close(): void {
      show(undefined);
    },
  };
}
