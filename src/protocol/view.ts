/**
 * The two message unions between the chat view and the extension host. The view holds no truth: it gets a snapshot
 * when it says `ready`, then updates; whatever it sends is parsed with `ViewMessage` before anything happens.
 */
import * as z from 'zod';
import { ApprovalMode } from './approvals.ts';
import type { LiveEvent } from './events.ts';
import { ContextItem } from './events.ts';
import type { SessionHead, TranscriptItem } from './transcript.ts';

const MAX_TEXT = 200_000;

/** From the view to the host. */
export const ViewMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({
    type: z.literal('send'),
    text: z.string().max(MAX_TEXT),
    context: z.array(ContextItem).max(50).default([]),
    /** While a turn runs: not for its next step, but for after it. */
    later: z.boolean().optional(),
  }),
  z.object({ type: z.literal('editQueued'), id: z.string().max(100), text: z.string().max(MAX_TEXT) }),
  z.object({ type: z.literal('removeQueued'), id: z.string().max(100) }),
  /** Without `id`, and no turn running: the first, and the others after it. */
  z.object({ type: z.literal('sendQueued'), id: z.string().max(100).optional() }),
  /** Lets the model read again what that event took out of its context. */
  z.object({ type: z.literal('takeBackRoom'), seq: z.number().int().min(0) }),
  z.object({ type: z.literal('stop') }),
  z.object({
    type: z.literal('approve'),
    callId: z.string().max(500),
    nonce: z.string().max(100),
    /** `offer`: an index into what was offered with this nonce; the host knows what it grants. */
    answer: z.union([
      z.enum(['once', 'deny']),
      z.strictObject({ offer: z.number().int().nonnegative().max(20) }),
    ]),
    /** With `deny`: what the model should know. */
    reason: z.string().max(10_000).optional(),
  }),
  z.object({
    type: z.literal('answer'),
    callId: z.string().max(500),
    nonce: z.string().max(100),
    text: z.string().max(MAX_TEXT),
  }),
  z.object({ type: z.literal('setMode'), mode: ApprovalMode }),
  /** Leaves plan mode and has the plan carried out. */
  z.object({ type: z.literal('implement'), mode: z.enum(['ask', 'edits']) }),
  z.object({ type: z.literal('rename'), title: z.string().max(200) }),
  z.object({ type: z.literal('newSession') }),
  z.object({ type: z.literal('listSessions') }),
  z.object({ type: z.literal('openSession'), id: z.string().max(100) }),
  /** The three of a replay: go to a moment; play at so many times real time (0 pauses); leave it. */
  z.object({ type: z.literal('replayTo'), moment: z.number().int().min(0).max(10_000_000) }),
  z.object({ type: z.literal('replayPlay'), speed: z.number().min(0).max(1000) }),
  z.object({ type: z.literal('replayClose') }),
  z.object({
    type: z.literal('openFile'),
    path: z.string().min(1).max(4_000),
    line: z.number().int().optional(),
  }),
  /** Opens a tool call's diff in the editor. */
  z.object({ type: z.literal('openDiff'), callId: z.string().max(500), file: z.number().int().min(0) }),
  z.object({ type: z.literal('openLink'), url: z.string().max(4_000) }),
  z.object({ type: z.literal('copy'), text: z.string().max(1_000_000) }),
  /** Paths for the composer's @ list. */
  z.object({ type: z.literal('findFiles'), query: z.string().max(200), request: z.number().int() }),
  z.object({
    type: z.literal('command'),
    command: z.enum([
      'setKey',
      'selectBackend',
      'openSettings',
      'showLog',
      'approvalRules',
      'wireHealth',
      'summarise',
      /** Goes on with the last turn, whether it failed, was stopped, or met a limit. */
      'retry',
      'continueInBackground',
      /** Those that `blocked` offers. */
      'trust',
      'openFolder',
      'takeOver',
    ]),
  }),
]);
export type ViewMessage = z.infer<typeof ViewMessage>;

export interface SessionSummary {
  id: string;
  title: string;
  /** Milliseconds since the epoch. */
  updatedAt: number;
  running: boolean;
  /** The folders it works in. */
  roots?: readonly string[];
  /** The name of its folder, where none of its folders is open here. */
  folder?: string;
  /** Its last turn was cut off, or waits for an answer that nobody was there to give. */
  unfinished?: boolean;
  /** Who has it open: this process, or another one. */
  where?: 'here' | 'window' | 'terminal' | 'background';
  /** It came from a file: it can be replayed, and nothing else. */
  imported?: true;
}

/** Where a replay is, and where it can go. Moments count from 0, before anything happened. */
export interface ReplayView {
  /** It came from a file. */
  imported: boolean;
  moment: number;
  moments: number;
  /** The moment at which each step has happened; the first is step 1. */
  steps: number[];
  /** The moment at which each turn's message stands there, and its first words. */
  turns: { start: number; text: string }[];
  /** Times real time; 0: it stands. */
  playing: number;
}

/** What the composer's buttons offer: small prompts that fit the workspace. */
export interface Example {
  label: string;
  prompt: string;
}

/** A message to the view that replaces all it knew. */
export interface Snapshot {
  type: 'snapshot';
  /** Absent when there is no session yet: the empty state is shown. */
  head?: SessionHead;
  items: TranscriptItem[];
  /** Text of the step that is being written now, so that a redrawn view goes on where the old one was. */
  live: LiveEvent[];
  examples: Example[];
  /** The backend that the next session would use. */
  backend: { label: string; standIn: boolean };
  mode: ApprovalMode;
  /** Set while a session is replayed: nothing runs, nothing can be sent or answered. */
  replay?: ReplayView;
  /** Set when nothing can be sent, with the reason: no folder, restricted mode, session open elsewhere. */
  blocked?: { text: string; command?: { label: string; command: 'trust' | 'openFolder' | 'takeOver' } };
}

/** From the host to the view. */
export type HostMessage =
  | Snapshot
  /**
   * Changed or new items, by id, in order; then live events since the last post, in order. `live` never holds
   * deltas of a step whose message is already among the items: the items stand for them.
   */
  | { type: 'update'; head?: SessionHead; items: TranscriptItem[]; live: LiveEvent[] }
  /** A replay went to another moment: items before `from` are as they were, `items` stand from there on. */
  | {
      type: 'replay';
      moment: number;
      playing: number;
      head: SessionHead;
      from: number;
      items: TranscriptItem[];
    }
  | { type: 'sessions'; sessions: SessionSummary[] }
  | { type: 'files'; request: number; paths: string[] }
  /** Puts text into the composer and focuses it. */
  | { type: 'compose'; text: string; context: ContextItem[] }
  | { type: 'focus' }
  /** A line that passes: what went wrong with something the view asked for. */
  | { type: 'toast'; level: 'info' | 'error'; text: string };
