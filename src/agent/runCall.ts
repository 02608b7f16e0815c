/**
 * One tool call: parse, plan, decide, (ask), record the intent, act, record the result. A result is recorded for
 * every call, or this throws.
 */
import type { ToolCall } from '../protocol/message.ts';
import { type TakeUpContext, type Tool, ToolFailure, type ToolPlan, type ToolResult } from '../tools/tool.ts';
import { type AskedAhead, askAhead } from './askAhead.ts';
import { parseArguments } from './parseArguments.ts';
import { isSamePlan, permit, settled } from './permit.ts';
import { twinOf } from './sameCall.ts';
import { type TurnInput, Unanswered } from './seams.ts';

/** The other calls of the reply, as far as this one has to do with them. */
export interface Neighbours {
  /** Those after it, in order. */
  behind: readonly ToolCall[];
  /** What people were asked before its time came, of all calls of the reply. */
  asked: AskedAhead;
}

export async function runCall(call: ToolCall, input: TurnInput, reply: Neighbours): Promise<void> {
  const { emit, guard, history, tools } = input;
  let runs: number | undefined;
  const twin = twinOf(call, history.messages(), other => !tools.get(other.name)?.readOnly);
  const begins = () => {
    runs = performance.now();
    emit.live({ type: 'tool.started', callId: call.id });
  };
  const result = twin ? RAN_ONCE : await carryOut(call, input, reply, begins);
  const content = result.content + guard.remark(call, result.content);
  // What it waited for before it ran, a person above all, is not its time.
  const tookMs = runs === undefined ? 0 : performance.now() - runs;
  const durationMs = Math.round(result.durationMs ?? tookMs);
  await emit({ type: 'tool.result', callId: call.id, ...result, content, durationMs });
}

const RAN_ONCE: ToolResult = {
  isError: false,
  content:
    'Not run a second time: the same call stands before this one in the same reply, and its result counts for both.',
};

async function carryOut(
  call: ToolCall,
  input: TurnInput,
  reply: Neighbours,
  begins: () => void,
): Promise<ToolResult> {
  try {
    const before = reply.asked.get(call.id);
    if (before) settled(await before.outcome);
    const { tool, args } = understand(call, input);
    const found = await takeUp(call, tool, input, begins);
    if (found) return found;
    const plan = await guarded(input, () => tool.prepare(args, input.signal));
    if (!before || !isSamePlan(before.plan, plan))
      await input.emit({ type: 'tool.planned', callId: call.id, title: plan.title, access: plan.access });
    const unasked = await permit(call, plan, input, before, () =>
      askAhead(plan, reply.behind, reply.asked, input),
    );
    return await act(call, plan, unasked, input, begins);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    return { isError: true, content: error.message };
  }
}

/** The result of what an earlier process began for this call. Undefined when nothing of it has happened. */
async function takeUp(
  call: ToolCall,
  tool: Tool,
  input: TurnInput,
  begins: () => void,
): Promise<ToolResult | undefined> {
  const begun = input.begun(call.id);
  if (!begun || !tool.takeUp) return undefined;
  begins();
  return guarded(input, async () => tool.takeUp?.(begun, contextOf(call, input)));
}

/**
 * Runs a tool's own code. Whatever it throws becomes words for the model: one broken call must not end hours of
 * work. Only a stop and an unanswered question go through.
 */
async function guarded<T>({ signal }: TurnInput, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted || error instanceof Unanswered || error instanceof ToolFailure) throw error;
    const what = error instanceof Error ? error.message : String(error);
    throw new ToolFailure(`The tool failed: ${what}. Check what it did, if anything, and try another way.`);
  }
}

function understand(call: ToolCall, { tools }: TurnInput): { tool: Tool; args: unknown } {
  const tool = tools.get(call.name);
  if (!tool) {
    const names = tools.declarations.map(d => d.name).join(', ');
    throw new ToolFailure(`There is no tool named "${call.name}". The tools are: ${names}.`);
  }
  return { tool, args: parseArguments(call.arguments, tool.input) };
}

async function act(
  call: ToolCall,
  plan: ToolPlan,
  unasked: boolean,
  input: TurnInput,
  begins: () => void,
): Promise<ToolResult> {
  const { emit, signal } = input;
  signal.throwIfAborted();
  if (plan.effects.length > 0) await emit({ type: 'tool.intent', callId: call.id, effects: plan.effects });
  begins();
  return guarded(input, () => plan.run({ ...contextOf(call, input), unasked }));
}

function contextOf({ id: callId }: ToolCall, { emit, people, signal }: TurnInput): TakeUpContext {
  return {
    callId,
    signal,
    output: text => emit.live({ type: 'tool.output', callId, text }),
    ask: (question, options) => people.ask(callId, question, options, signal),
    setPlan: items => emit({ type: 'plan.updated', items }),
  };
}
