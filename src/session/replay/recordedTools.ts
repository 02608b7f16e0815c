/**
 * Tools that do nothing, and say what the log says they said; and the decisions of policy and rules, as recorded.
 * Names, schemas and which calls may overlap are the real ones.
 */
import { isDeepStrictEqual } from 'node:util';
import { withoutRemark } from '../../agent/loopGuard.ts';
import { parseArguments } from '../../agent/parseArguments.ts';
import { NOT_FINISHED } from '../../agent/runCalls.ts';
import type { Toolbox, TurnInput } from '../../agent/seams.ts';
import type { Host } from '../../host/host.ts';
import type { Access, Effect } from '../../protocol/access.ts';
import type { EventOf, SessionEvent } from '../../protocol/events.ts';
import type { ToolCall } from '../../protocol/message.ts';
import type { Decision } from '../../safety/policy.ts';
import { createTools } from '../../tools/catalog.ts';
import {
  type RunContext,
  type SeenFiles,
  type Tool,
  ToolFailure,
  type ToolPlan,
  type ToolResult,
} from '../../tools/tool.ts';
import type { Tape } from './tape.ts';

/** Nothing is made of it but schemas; whoever touches it has made a mistake. */
const noHost = new Proxy({} as Host, {
  get(_, property) {
    throw new Error(`A replay must not touch the host (${String(property)}).`);
  },
});

const realTools = (seen: SeenFiles) =>
  createTools({ host: noHost, seen, memory: { all: () => [] }, spoolDir: '', maxCommandSeconds: 0 });

/** Tools that see to what a crash left of their calls themselves. */
export const takesUp = (name: string, seen: SeenFiles): boolean =>
  realTools(seen).some(tool => tool.name === name && tool.takeUp);

/** For one run of the loop. */
export function recordedTools(
  tape: Tape,
  signal: AbortSignal,
): { tools: Toolbox; decide: TurnInput['decide'] } {
  const { state } = tape;
  const byName = new Map(realTools(state.seen).map(tool => [tool.name, recorded(tool)]));
  const prepared = new Set<string>();
  const callOf = new Map<readonly Access[], string>();
  /** Plans that people saw before their call's turn came. */
  const shown = new Map<string, ToolPlan>();

  function recorded(tool: Tool): Tool {
    return { ...tool, prepare: prepareOf(tool), ...(tool.takeUp && { takeUp }) };
  }

  /** What a crash left running: its result, or nothing when the call was made anew. */
  async function takeUp(_: unknown, { callId }: { callId: string }): Promise<ToolResult | undefined> {
    const e = await tape.until(() => {
      const { next } = tape;
      const settles = next?.type === 'tool.planned' || isResult(next);
      return settles && isMine(next, callId) ? next : undefined;
    }, signal);
    return isResult(e) ? resultOf(e) : undefined;
  }

  function prepareOf(tool: Tool) {
    return async (input: unknown): Promise<ToolPlan> => {
      const open = state.history.openCalls();
      const fits = ({ name, arguments: text }: ToolCall) =>
        name === tool.name && isDeepStrictEqual(parseArguments(text, tool.input), input);
      const candidates = tool.readOnly ? open : open.slice(0, 1);
      const call = candidates.find(c => !prepared.has(c.id) && fits(c));
      if (call) {
        prepared.add(call.id);
        return tape.until(() => ownPlan(tool, call.id), signal);
      }
      // Looked at while an earlier call asks.
      const ahead = open.slice(1).find(c => !prepared.has(`${open[0]!.id} ${c.id}`) && fits(c));
      if (!ahead) throw new Error(`Nobody called ${tool.name} with these arguments.`);
      prepared.add(`${open[0]!.id} ${ahead.id}`);
      return planAhead(tool, ahead.id);
    };
  }

  /** Its turn has come: what the log says of it next. Throws what the tool threw. */
  function ownPlan(tool: Tool, callId: string): ToolPlan | undefined {
    const e = tape.next;
    if (!isMine(e, callId)) return undefined;
    if (e?.type === 'tool.planned') return planOf(tool, e);
    const before = shown.get(callId);
    if (isResult(e) && (!before || before.effects.length)) throw new ToolFailure(withoutRemark(e.content));
    return before;
  }

  function planAhead(tool: Tool, callId: string): ToolPlan {
    const planned: EventOf<'tool.planned'>[] = [];
    for (const e of tape.ahead()) if (e.type === 'tool.planned' && e.callId === callId) planned.push(e);
    const [first, again] = planned;
    if (!first) throw new ToolFailure('It was not planned.');
    const plan = planOf(tool, first);
    // Planned anew when its turn came: it was another plan, whatever it was that differed.
    if (again) plan.effects = plan.effects.map(asShownThen);
    if (isAskedAhead(callId)) shown.set(callId, plan);
    return plan;
  }

  /** People were asked about it before the call whose turn it is had its result. */
  function isAskedAhead(callId: string): EventOf<'approval.requested'> | undefined {
    const first = state.history.openCalls()[0]?.id;
    for (const e of tape.ahead()) {
      if (e.type === 'approval.requested' && e.callId === callId) return e;
      if (e.type === 'tool.result' && e.callId === first) return undefined;
    }
    return undefined;
  }

  function planOf(tool: Tool, { callId, title, access }: EventOf<'tool.planned'>): ToolPlan {
    callOf.set(access, callId);
    let preview: ToolPlan['preview'];
    let effects: ToolPlan['effects'] = [];
    for (const e of tape.ahead()) {
      if (!isMine(e, callId)) continue;
      if (e.type === 'approval.requested') preview ??= e.preview;
      if (e.type === 'tool.intent') effects = e.effects;
      if (e.type === 'tool.result') break;
    }
    return { title, access, preview, effects, run: ctx => run(tool, ctx) };
  }

  async function run(tool: Tool, ctx: RunContext): Promise<ToolResult> {
    for (;;) {
      const e = await tape.until(() => {
        const { next } = tape;
        if (next?.type === 'plan.updated' && tool.name === 'update_plan') return next;
        if (!isMine(next, ctx.callId)) return undefined;
        return next?.type === 'question.asked' || isResult(next) ? next : undefined;
      }, signal);
      if (e.type === 'plan.updated') await ctx.setPlan(e.items);
      else if (e.type === 'question.asked') await ctx.ask(e.question, e.options);
      else if (isResult(e)) return resultOf(e);
    }
  }

  function decide(access: readonly Access[], edited?: readonly string[]): Promise<Decision> {
    const callId = callOf.get(access) ?? '';
    const isWaiting = state.transcript.head.pending.some(p => p.callId === callId);
    if (edited && !isWaiting) {
      const asked = isAskedAhead(callId);
      return Promise.resolve(asked ? askOf(asked) : { verdict: 'allow', by: 'policy', reasons: [] });
    }
    return tape.until(() => {
      const e = tape.next;
      if (!isMine(e, callId)) return undefined;
      if (e?.type === 'approval.requested') return askOf(e);
      if (e?.type === 'tool.decided') return e.by === 'person' ? STILL_ASKS : decisionOf(e);
      // It was shown before and allowed then: nothing more is recorded.
      return shown.has(callId) && !isWaiting ? { verdict: 'allow', by: 'mode', reasons: [] } : undefined;
    }, signal);
  }

  return { tools: { declarations: state.tools, get: name => byName.get(name) }, decide };
}

/** What a person decided was a question to the last; a yes is looked at once more before it counts. */
const STILL_ASKS: Decision = { verdict: 'ask', by: 'policy', reasons: [] };

const isMine = (e: SessionEvent | undefined, callId: string) =>
  e !== undefined && 'callId' in e && e.callId === callId;

/** A result that the tool gave, not a stop. */
const isResult = (e: SessionEvent | undefined): e is EventOf<'tool.result'> =>
  e?.type === 'tool.result' && e.content !== NOT_FINISHED;

function resultOf({ isError, content, display, seen }: EventOf<'tool.result'>): ToolResult {
  return { isError, content: withoutRemark(content), ...(display && { display }), ...(seen && { seen }) };
}

const askOf = ({ reasons, offers }: EventOf<'approval.requested'>): Decision => ({
  verdict: 'ask',
  by: 'policy',
  reasons,
  ...(offers && { offers }),
});

function decisionOf({ verdict, by, rule, reason }: EventOf<'tool.decided'>): Decision {
  const who = by === 'person' ? 'policy' : by;
  return { verdict, by: who, ...(rule && { rule }), reasons: reason === undefined ? [] : [reason] };
}

const asShownThen = (effect: Effect): Effect =>
  effect.kind === 'file' ? { ...effect, before: 'then' } : { ...effect, cwd: `${effect.cwd} (then)` };
