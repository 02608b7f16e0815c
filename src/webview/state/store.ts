/** What the host last said. `receive` is the only way in; components read the signals. */
import { batch, computed, type Signal, signal } from '@preact/signals';
import type { ContextItem } from '../../protocol/events.ts';
import type { SessionHead, TranscriptItem } from '../../protocol/transcript.ts';
import type { HostMessage, ReplayView, SessionSummary, Snapshot } from '../../protocol/view.ts';
import { keep, kept } from '../vscode.ts';
import { foldLive, type Live, newStep, withoutTool } from './live.ts';
import { foldRows, type Row } from './rows.ts';

type Around = Pick<Snapshot, 'examples' | 'backend' | 'mode' | 'blocked'>;

export const head = signal<SessionHead | undefined>(undefined);
export const items = signal<readonly TranscriptItem[]>([]);
export const rows = signal<readonly Row[]>([]);
export const live = signal<Live>(newStep(undefined, 0));
/** Undefined until the first snapshot: nothing is drawn before it. */
export const around = signal<Around | undefined>(undefined);
/** Set while a session is replayed. */
export const replay = signal<ReplayView | undefined>(undefined);
export const sessions = signal<readonly SessionSummary[] | undefined>(undefined);
export const files = signal<{ request: number; paths: readonly string[] }>({ request: 0, paths: [] });
export const toast = signal<{ level: 'info' | 'error'; text: string } | undefined>(undefined);
/** Counts up when the host wants the composer focused, with text to put in, if any. */
export const compose = signal<{ count: number; text?: string; context: ContextItem[] }>({
  count: 0,
  context: [],
});

const isGoing = computed(() => head.value?.status === 'running' || head.value?.status === 'waiting');
/** In a replay nothing runs, whatever ran then. */
export const isBusy = computed(() => isGoing.value && !replay.value);
export const backend = computed(() => {
  const its = head.value?.backend;
  if (!its) return around.value?.backend ?? { label: '', standIn: false };
  return { label: its.standIn ? 'Stand-in' : its.model, standIn: its.standIn };
});
export const mode = computed(() => head.value?.mode ?? around.value?.mode ?? 'ask');
/** The end row that may still offer to go on: the timeline's last item. */
export const lastItem = computed(() => (replay.value ? undefined : items.value.at(-1)?.id));

let index = new Map<string, number>();

export function receive(message: HostMessage): void {
  batch(() => {
    switch (message.type) {
      case 'snapshot':
        return takeSnapshot(message);
      case 'update':
        return takeUpdate(message.head, message.items, message.live);
      case 'replay':
        return takeReplay(message);
      case 'sessions':
        sessions.value = message.sessions;
        return;
      case 'files':
        files.value = message;
        return;
      case 'compose':
        compose.value = { count: compose.value.count + 1, text: message.text, context: message.context };
        return;
      case 'focus':
        compose.value = { count: compose.value.count + 1, context: [] };
        return;
      case 'toast':
        toast.value = { level: message.level, text: message.text };
        return;
    }
  });
}

/** VS Code saves a view's state late: after a reload the draft may be that of a message that has been sent since. */
function forgetSentDraft(items: readonly TranscriptItem[]): void {
  const draft = kept.draft.trim();
  const isSent = (item: TranscriptItem) =>
    item.kind === 'user' && item.at >= kept.draftAt && item.text.startsWith(draft);
  if (draft && items.some(isSent)) keep({ draft: '', context: [] });
}

function takeSnapshot(snapshot: Snapshot): void {
  const { examples, backend, mode, blocked } = snapshot;
  replay.value = snapshot.replay;
  around.value = { examples, backend, mode, blocked };
  head.value = snapshot.head;
  forgetSentDraft(snapshot.items);
  const session = snapshot.head?.id ?? '';
  if (session !== kept.session) {
    keep({ session, open: {}, scrollTop: null });
    openness.clear();
  }
  items.value = snapshot.items;
  index = new Map(snapshot.items.map((item, i) => [item.id, i]));
  const now = Date.now();
  const fresh: Live = {
    ...newStep(live.value, now),
    tools: new Map(),
  };
  live.value = snapshot.live.reduce((l, e) => foldLive(l, e, now), fresh);
  rows.value = foldRows(items.value, running(), []);
}

function takeReplay(message: Extract<HostMessage, { type: 'replay' }>): void {
  const { moment, playing, from } = message;
  if (!replay.value) return;
  replay.value = { ...replay.value, moment, playing };
  head.value = message.head;
  items.value = [...items.value.slice(0, from), ...message.items];
  index = new Map(items.value.map((item, i) => [item.id, i]));
  rows.value = foldRows(items.value, running(), rows.value);
}

function takeUpdate(
  nextHead: SessionHead | undefined,
  changed: readonly TranscriptItem[],
  events: Parameters<typeof foldLive>[1][],
): void {
  const now = Date.now();
  const before = head.value;
  if (nextHead) head.value = nextHead;
  let next = live.value;
  let isNewStep = nextHead !== undefined && (nextHead.step !== before?.step || !isBusy.value);
  if (changed.length) {
    const list = [...items.value];
    for (const item of changed) {
      const at = index.get(item.id);
      if (at === undefined) {
        index.set(item.id, list.length);
        list.push(item);
        if (item.kind !== 'user' && item.kind !== 'notice') isNewStep = true;
      } else list[at] = item;
      if (item.kind === 'tool' && item.state !== 'running') next = withoutTool(next, item.callId);
    }
    items.value = list;
  }
  if (isNewStep) next = newStep(next, now);
  for (const e of events) next = foldLive(next, e, now);
  live.value = next;
  if (changed.length || nextHead?.step !== before?.step || nextHead?.status !== before?.status)
    rows.value = foldRows(items.value, running(), rows.value);
}

const running = () => ({ step: isGoing.value ? head.value?.step : undefined });

/** One signal a row, so that opening one draws only that one. */
const openness = new Map<string, Signal<boolean | undefined>>();

function opennessOf(key: string): Signal<boolean | undefined> {
  const known = openness.get(key) ?? signal(kept.open[key]);
  openness.set(key, known);
  return known;
}

/** Whether a row is open: as the person set it, else `initial`. */
export const isOpen = (key: string, initial = false) => opennessOf(key).value ?? initial;

export function setOpen(key: string, open: boolean): void {
  opennessOf(key).value = open;
  keep({ open: { ...kept.open, [key]: open } });
}
