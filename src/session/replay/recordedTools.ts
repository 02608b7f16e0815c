/**
 * Tools that do nothing, and say what the log says they said; and the decisions of policy and people, as recorded.
 * Names, schemas and which calls may overlap are the real ones.
 */
import { isDeepStrictEqual } from 'node:util';
import { withoutRemark } from '../../agent/loopGuard.ts';
import { parseArguments } from '../../agent/parseArguments.ts';
import { NOT_FINISHED } from '../../agent/runCalls.ts';
import type { Toolbox, TurnInput } from '../../agent/seams.ts';
import type { Host } from '../../host/host.ts';
import type { Access } from '../../protocol/access.ts';
import type { EventOf, SessionEvent } from '../../protocol/events.ts';
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
  createTools({ host: noHost, seen, spoolDir: '', maxCommandSeconds: 0 });

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
  const isMine = (e: SessionEvent | undefined, callId: string) =>
    e !== undefined && 'callId' in e && e.callId === callId;

  function recorded(tool: Tool): Tool {
    return { ...tool, prepare: prepareOf(tool), ...(tool.takeUp && { takeUp }) };
  }

  /** What a crash left running: its result, or nothing when the call was made anew. */
  async function takeUp(_: unknown, { callId }: { callId: string }): Promise<ToolResult | undefined> {
    const e = await tape.until(() => {
      const { next } = tape;
      const settles =
        next?.type === 'tool.planned' || (next?.type === 'tool.result' && next.content !== NOT_FINISHED);
      return settles && isMine(next, callId) ? next : undefined;
    }, signal);
    return e.type === 'tool.result' ? resultOf(e) : undefined;
  }

  function prepareOf(tool: Tool) {
    return (input: unknown): Promise<ToolPlan> => {
      const call = state.history.openCalls().find(({ id, name, arguments: text }) => {
        if (name !== tool.name || prepared.has(id)) return false;
        return isDeepStrictEqual(parseArguments(text, tool.input), input);
      });
      if (!call) return Promise.reject(new Error(`Nobody called ${tool.name} with these arguments.`));
      prepared.add(call.id);
      return tape.until(() => {
        const e = tape.next;
        if (!isMine(e, call.id)) return undefined;
        if (e?.type === 'tool.planned') return planOf(tool, e);
        if (e?.type === 'tool.result' && e.content !== NOT_FINISHED)
          throw new ToolFailure(withoutRemark(e.content));
        return undefined;
      }, signal);
    };
  }

  function planOf(tool: Tool, { callId, title, access }: EventOf<'tool.planned'>): ToolPlan {
    callOf.set(access, callId);
    let preview: ToolPlan['preview'];
    let effects: ToolPlan['effects'] = [];
    for (const e of tape.ahead()) {
      if (!isMine(e, callId)) continue;
      if (e.type === 'approval.requested') preview = e.preview;
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
        if (next?.type === 'question.asked') return next;
        return next?.type === 'tool.result' && next.content !== NOT_FINISHED ? next : undefined;
      }, signal);
      if (e.type === 'plan.updated') await ctx.setPlan(e.items);
      else if (e.type === 'question.asked') await ctx.ask(e.question, e.options);
      else return resultOf(e);
    }
  }

  function resultOf({ isError, content, display, seen }: EventOf<'tool.result'>): ToolResult {
    return { isError, content: withoutRemark(content), ...(display && { display }), ...(seen && { seen }) };
  }

  return {
    tools: { declarations: state.tools, get: name => byName.get(name) },
    decide: access =>
      tape.until(() => {
        const e = tape.next;
        if (!isMine(e, callOf.get(access) ?? '')) return undefined;
        if (e?.type === 'approval.requested')
          return { verdict: 'ask', by: 'policy', reasons: e.reasons, ...(e.offer && { offer: e.offer }) };
        if (e?.type !== 'tool.decided' || e.by === 'person') return undefined;
        return { verdict: e.verdict, by: e.by, reasons: e.reason === undefined ? [] : [e.reason] };
      }, signal),
  };
}
