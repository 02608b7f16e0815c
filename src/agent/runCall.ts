/**
 * One tool call: parse, plan, decide, (ask), record the intent, act, record the result. A result is recorded for
 * every call, or this throws.
 */
import type { ToolCall } from '../protocol/message.ts';
import { type TakeUpContext, type Tool, ToolFailure, type ToolPlan, type ToolResult } from '../tools/tool.ts';
import { parseArguments } from './parseArguments.ts';
import { twinOf } from './sameCall.ts';
import { type TurnInput, Unanswered } from './seams.ts';

export async function runCall(call: ToolCall, input: TurnInput): Promise<void> {
  const { emit, guard, history, tools } = input;
  const started = performance.now();
  const twin = twinOf(call, history.messages(), other => !tools.get(other.name)?.readOnly);
  const result = twin ? RAN_ONCE : await carryOut(call, input);
  const content = result.content + guard.remark(call, result.content);
  const durationMs = Math.round(result.durationMs ?? performance.now() - started);
  await emit({ type: 'tool.result', callId: call.id, ...result, content, durationMs });
}

const RAN_ONCE: ToolResult = {
  isError: false,
  content:
    'Not run a second time: the same call stands before this one in the same reply, and its result counts for both.',
};

async function carryOut(call: ToolCall, input: TurnInput): Promise<ToolResult> {
  try {
    const { tool, args } = understand(call, input);
    const found = await takeUp(call, tool, input);
    if (found) return found;
    const plan = await guarded(input, () => tool.prepare(args, input.signal));
    await input.emit({ type: 'tool.planned', callId: call.id, title: plan.title, access: plan.access });
    const unasked = await permit(call, plan, input);
    return await act(call, plan, unasked, input);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    return { isError: true, content: error.message };
  }
}

/** The result of what an earlier process began for this call. Undefined when nothing of it has happened. */
async function takeUp(call: ToolCall, tool: Tool, input: TurnInput): Promise<ToolResult | undefined> {
  const begun = input.begun(call.id);
  if (!begun || !tool.takeUp) return undefined;
  input.emit.live({ type: 'tool.started', callId: call.id });
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

/** Resolves when the call may happen, to whether by what it is alone; throws ToolFailure with what the model is told when not. */
async function permit(call: ToolCall, plan: ToolPlan, input: TurnInput): Promise<boolean> {
  const { decide, people, emit, signal } = input;
  const decision = await decide(plan.access);
  const decided = { type: 'tool.decided', callId: call.id } as const;

  if (decision.verdict === 'allow') {
    await emit({ ...decided, verdict: 'allow', by: decision.by });
    return decision.by === 'policy';
  }
  if (decision.verdict === 'deny') {
    const reason = decision.reasons.join(' ');
    await emit({ ...decided, verdict: 'deny', by: decision.by, reason });
    throw new ToolFailure(`Not allowed: ${reason} Nothing was done. Do not try to get around this.`);
  }
  const { title, preview = { kind: 'text', text: title.object } } = plan;
  const { reasons, offer } = decision;
  const answer = await people.approve({ callId: call.id, title, preview, reasons, offer }, signal);
  if (answer.answer === 'deny') {
    await emit({ ...decided, verdict: 'deny', by: 'person', reason: answer.reason });
    const why = answer.reason ? ` They said: ${answer.reason}` : '';
    throw new ToolFailure(`The person did not allow this. Nothing was done.${why}`);
  }
  const grant = answer.answer === 'session' ? offer?.rule : undefined;
  await emit({ ...decided, verdict: 'allow', by: 'person', grant });
  return false;
}

async function act(call: ToolCall, plan: ToolPlan, unasked: boolean, input: TurnInput): Promise<ToolResult> {
  const { emit, signal } = input;
  signal.throwIfAborted();
  if (plan.effects.length > 0) await emit({ type: 'tool.intent', callId: call.id, effects: plan.effects });
  emit.live({ type: 'tool.started', callId: call.id });
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
