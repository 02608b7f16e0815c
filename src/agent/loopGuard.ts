/**
 * Models get stuck: the same call again and again, the same few in turn, or much ado in which nothing new is learnt.
 * The guard reminds, then asks for a new plan, then ends the turn with words for the person, who can let it go on.
 *
 * A fold of the session's events: a turn that goes on after a crash counts on, and a step costs the same whether it is
 * the 10th or the 300th. A poll whose output changes is no loop, and a word from the person starts anew.
 */
import type { SessionEvent } from '../protocol/events.ts';
import type { ToolCall } from '../protocol/message.ts';
import { Cycles } from './cycles.ts';
import { digest, keyOf } from './sameCall.ts';

/** The same call in a row, with the same outcome: how often, until the model is told, asked to re-plan, and paused. */
export const SAME = { remind: 3, replan: 6, pause: 12 };
/** Laps of a cycle of two steps or more. */
export const LAPS = { remind: 3, replan: 4, pause: 6 };
/** Steps in a row with calls and outcomes that were all there before, and no file brought to a state not seen before. */
export const STALE = { remind: 10, replan: 20, pause: 30 };

/** The turn got nowhere and was paused. */
export class GoingInCircles extends Error {
  override readonly name = 'GoingInCircles';
}

interface Made {
  call: ToolCall;
  /** Call and outcome in short; undefined until there is an outcome. */
  pair: string | undefined;
  /** The outcome stands in the log. */
  recorded: boolean;
}

export class LoopGuard {
  /** The calls of the newest reply. */
  private made: Made[] = [];
  private cycles = new Cycles();
  /** What the last steps called, for words. */
  private labels: string[] = [];
  /** By call and outcome: in how many steps in a row, up to the newest, it was there. */
  private inARow = new Map<string, number>();
  private known = new Set<string>();
  /** Files in states that they were in before. */
  private states = new Set<string>();
  private changes = new Map<string, string[]>();
  private stale = 0;
  /** The step at hand brought a file to a new state. */
  private changed = false;

  apply(e: SessionEvent): void {
    switch (e.type) {
      case 'turn.started':
      case 'user.message':
      case 'question.answered':
        this.startAnew();
        break;
      case 'context.trimmed':
      case 'context.summarised':
        // What was set aside may be looked at again.
        this.known.clear();
        this.stale = 0;
        break;
      case 'assistant.message':
        this.made = e.message.toolCalls.map(call => ({
          call,
          pair: undefined,
          recorded: false,
        }));
        this.changed = false;
        break;
      case 'tool.intent':
        this.changes.set(
          e.callId,
          e.effects.flatMap(effect =>
            effect.kind === 'file' ? [`${digest(effect.path)}:${effect.after}`] : [],
          ),
        );
        break;
      case 'tool.result':
        if (!e.isError) this.noteChanges(e.callId);
        this.changes.delete(e.callId);
        this.record(e.callId, e.content);
        break;
    }
  }

  /** What the result of this call should say besides its content, once things go round in circles; else empty. */
  remark(call: ToolCall, content: string): string {
    const whole = this.note(call.id, content);
    const pair = this.made.find(made => made.call.id === call.id)?.pair;
    const times = (this.inARow.get(pair ?? '') ?? 0) + 1;
    if (times >= SAME.remind)
      return say(
        `You made this same call ${times} times in a row with the same outcome.`,
        times >= SAME.replan,
      );
    if (!whole) return '';
    const stale = this.isNews() ? 0 : this.stale + 1;
    const told = stale >= STALE.remind && stale % 5 === 0;
    const cycle = this.cycles.find(told ? LONG : { laps: LAPS.remind }, this.symbol());
    if (cycle && cycle.period > 1 && (told || cycle.ends)) {
      const route = this.route(cycle.period - 1, this.label());
      return say(
        `You are going in circles: ${cycle.laps} times over, ${route}, with the same outcomes.`,
        cycle.laps >= LAPS.replan || stale >= STALE.replan,
      );
    }
    return told
      ? say(
          `Nothing new has come of the last ${stale} steps: you had seen all of it before.`,
          stale >= STALE.replan,
        )
      : '';
  }

  /** After a step: why the turn should pause, in words for people. */
  stuck(): string | undefined {
    const newest = this.made;
    if (newest.length && newest.every(({ pair }) => (this.inARow.get(pair ?? '') ?? 0) >= SAME.pause))
      return `The model called ${newest[0]!.call.name} ${SAME.pause} times in a row, each time with the same outcome.`;
    const cycle = this.cycles.find(this.stale >= STALE.pause ? LONG : { laps: LAPS.pause });
    if (cycle && cycle.period > 1)
      return `The model went in circles: ${cycle.laps} times over, ${this.route(cycle.period)}, each time with the same outcomes.`;
    if (this.stale >= STALE.pause)
      return `The model learnt and changed nothing new in its last ${this.stale} steps.`;
    return undefined;
  }

  private startAnew(): void {
    this.cycles.clear();
    this.labels = [];
    this.inARow.clear();
    this.known.clear();
    this.states.clear();
    this.stale = 0;
  }

  /** Notes an outcome, once. True when it was the last that the step waited for. */
  private note(callId: string, content: string): boolean {
    const made = this.made.find(({ call }) => call.id === callId);
    if (!made) return false;
    made.pair ??= `${digest(keyOf(made.call))}:${digest(withoutChance(content))}`;
    return this.made.every(({ pair }) => pair !== undefined);
  }

  private record(callId: string, content: string): void {
    const made = this.made.find(({ call }) => call.id === callId);
    if (!made || made.recorded) return;
    this.note(callId, content);
    made.recorded = true;
    if (this.made.every(({ recorded }) => recorded)) this.closeStep();
  }

  private noteChanges(callId: string): void {
    for (const state of this.changes.get(callId) ?? []) {
      this.changed ||= !this.states.has(state);
      this.states.add(state);
    }
  }

  private closeStep(): void {
    this.stale = this.isNews() ? 0 : this.stale + 1;
    this.cycles.push(this.symbol());
    this.labels.push(this.label());
    if (this.labels.length > MOST_NAMED) this.labels.shift();
    const before = this.inARow;
    this.inARow = new Map();
    for (const { pair } of this.made) {
      this.inARow.set(pair!, (before.get(pair!) ?? 0) + 1);
      this.known.add(pair!);
    }
  }

  private symbol(): string {
    return this.made
      .map(({ pair }) => pair)
      .sort()
      .join(' ');
  }

  /** A plan is no news: it is what the model says, not what it learns. */
  private isNews(): boolean {
    return (
      this.changed ||
      this.made.some(({ call, pair }) => call.name !== 'update_plan' && !this.known.has(pair!))
    );
  }

  private label(): string {
    return this.made.map(({ call }) => brief(call)).join(' and ');
  }

  /** The last steps in words, then `newest`. */
  private route(steps: number, newest?: string): string {
    const all = [...this.labels.slice(-steps), ...(newest === undefined ? [] : [newest])];
    return all.length > MOST_NAMED - 1
      ? `${all.slice(0, MOST_NAMED - 1).join(', then ')} and ${all.length - MOST_NAMED + 1} steps more`
      : all.join(', then ');
  }
}

/** What is called a cycle while nothing new is learnt. */
const LONG = { laps: 2, steps: 10 };
/** Steps that a cycle is described with. */
const MOST_NAMED = 6;

function say(what: string, urgent: boolean): string {
  const advice = urgent
    ? 'Stop: write a new plan with update_plan that takes another way, or tell the person what keeps you from going on. If this goes on, the turn is paused.'
    : 'Doing it again will tell you nothing new: think about what you need, and try another way.';
  return `\n\n[${what} ${advice}]`;
}

/** A result's content as the tool gave it: without what the guard remarked. */
export const withoutRemark = (content: string) =>
  content.replace(
    /\n\n\[(?:You made this same call|You are going in circles|Nothing new has come)[^\n]*\]$/,
    '',
  );

/** Apart from our own remark, and from the file that a command's full output went to this time. */
const withoutChance = (content: string) =>
  withoutRemark(content).replace(/output-[0-9a-f]{12}\.txt/g, 'output.txt');

/** "read_file src/a.ts" */
function brief({ name, arguments: json }: ToolCall): string {
  const about = /:\s*"((?:[^"\\]|\\.){1,60})/.exec(json)?.[1];
  return about ? `${name} ${about}` : name;
}
