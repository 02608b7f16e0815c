/** Everything a session knows, folded from its events in one place: applied at open and at each append alike. */
import { LoopGuard } from '../agent/loopGuard.ts';
import type { Effect } from '../protocol/access.ts';
import type { ApprovalMode, HeldRule } from '../protocol/approvals.ts';
import type { Backend, EventOf, SessionEvent, TurnEnd } from '../protocol/events.ts';
import type { ToolDeclaration } from '../protocol/message.ts';
import { applyEvent, type Change, emptyTranscript } from '../protocol/transcript.ts';
import type { Begun } from '../tools/tool.ts';
import { CheckpointFold } from './checkpoints/fold.ts';
import { HistoryFold } from './history.ts';
import { MemoryFold } from './memory.ts';
import { RecentlyAllowed } from './recentlyAllowed.ts';
import { type Reservation, reserve } from './reservations.ts';
import { changedBy } from './rules/changedBy.ts';
import { OftenAllowed } from './rules/oftenAllowed.ts';
import { SeenFilesFold } from './seenFiles.ts';

export class SessionState {
  readonly transcript = emptyTranscript();
  readonly history = new HistoryFold();
  readonly guard = new LoopGuard();
  readonly seen = new SeenFilesFold();
  readonly memory = new MemoryFold();
  readonly checkpoints = new CheckpointFold();
  /** What people granted for the session. */
  rules: readonly HeldRule[] = [];
  readonly oftenAllowed = new OftenAllowed();
  readonly recentlyAllowed = new RecentlyAllowed();
  /** What was about to happen, of calls whose result is not recorded. */
  readonly intents = new Map<string, Begun>();
  /** Answers of people to calls whose result is not recorded: after a crash nobody is asked twice. */
  readonly answers = new Map<string, string>();
  /** Calls that run by what they are alone: they only look. */
  readonly unasked = new Set<string>();
  /** Files that the agent changed: a command that does what they say asks again. */
  readonly edited = new Set<string>();
  /** Recorded at the start, so that every request of the session begins with the same bytes. */
  tools: ToolDeclaration[] = [];
  /** Requests of which nobody knows yet what they cost. */
  reservations: readonly Reservation[] = [];
  /** Codes of what people were told, for what is told once. */
  readonly notices = new Set<string>();
  /** All turns there were. */
  readonly turns = new Set<string>();
  /** The turn that has begun and not ended. */
  turn: string | undefined;
  /** That turn does nothing but summarise. */
  summarises = false;
  /** How the last one ended. */
  lastEnd: TurnEnd | undefined;
  /** Steps of that turn that brought a reply: one that was cut off is taken again, and counts once. */
  steps = 0;

  get mode(): ApprovalMode {
    return this.transcript.head.mode;
  }
  get backend(): Backend {
    return this.transcript.head.backend;
  }

  apply(e: SessionEvent): Change {
    this.history.apply(e);
    this.guard.apply(e);
    this.seen.apply(e);
    this.memory.apply(e);
    this.reservations = reserve(this.reservations, e);
    this.checkpoints.apply(e);
    this.oftenAllowed.apply(e);
    this.recentlyAllowed.apply(e);
    switch (e.type) {
      case 'session.started':
        this.tools = e.tools;
        break;
      case 'turn.started':
        this.turn = e.turn;
        this.turns.add(e.turn);
        this.summarises = e.summary ?? false;
        this.steps = 0;
        break;
      case 'assistant.message':
        this.steps = e.step;
        break;
      case 'turn.ended':
        this.turn = undefined;
        this.lastEnd = e.reason;
        break;
      case 'notice':
        this.notices.add(e.code);
        break;
      case 'tool.decided':
        this.addGrant(e);
        if (e.by === 'policy') this.unasked.add(e.callId);
        break;
      case 'rule.removed':
        this.rules = this.rules.filter(held => held.id !== e.id);
        break;
      case 'tool.intent':
        this.intents.set(e.callId, e);
        for (const effect of e.effects) {
          if (effect.kind === 'file') this.edited.add(effect.path);
          if (effect.kind === 'file' || !this.unasked.has(e.callId)) this.suspendRules(effect);
        }
        break;
      case 'question.answered':
        this.answers.set(e.callId, e.answer);
        break;
      case 'tool.result':
        this.intents.delete(e.callId);
        this.unasked.delete(e.callId);
        this.answers.delete(e.callId);
        break;
    }
    return applyEvent(this.transcript, e);
  }

  private addGrant({ verdict, grant, grantedFor = 'session', seq, at }: EventOf<'tool.decided'>): void {
    if (verdict !== 'allow' || !grant || grantedFor !== 'session') return;
    this.rules = [...this.rules, { id: `e${seq}`, destination: 'session', rule: grant, since: at }];
  }

  private suspendRules(effect: Effect): void {
    this.rules = this.rules.map(held => {
      const changed = held.changed ?? changedBy(effect, held.rule);
      return changed === undefined ? held : { ...held, changed };
    });
  }
}
