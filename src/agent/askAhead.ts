/**
 * One question for several calls: when a call of a reply asks, those behind it that will ask, too, are asked with it.
 * Only the questions come early. Each call is planned anew when its turn comes, and asks again if what it would do is
 * not what was shown.
 */
import type { ToolCall } from '../protocol/message.ts';
import type { ToolPlan } from '../tools/tool.ts';
import { parseArguments } from './parseArguments.ts';
import { type Asked, askPerson } from './permit.ts';
import type { TurnInput } from './seams.ts';

/** More questions at once than this are no overview any more. */
const MOST = 20;

/** Which later calls were asked about, by id. */
export type AskedAhead = Map<string, Asked>;

/** `first`: the plan of the call that asks now. `behind`: the calls after it, in the reply's order. */
export async function askAhead(
  first: ToolPlan,
  behind: readonly ToolCall[],
  asked: AskedAhead,
  input: TurnInput,
): Promise<void> {
  const { tools, emit, signal } = input;
  const changed = new Set(filesOf(first));
  for (const call of behind) {
    signal.throwIfAborted();
    const tool = tools.get(call.name);
    if (!tool || tool.readOnly || asked.has(call.id)) continue;
    if (asked.size >= MOST) return;
    const plan = await planned(call, tool, signal);
    // It fails as things are now; what stands before it may change that.
    if (!plan) continue;
    // A call that asks the person something in its own words may change what they would allow behind it.
    if (plan.access.length === 0) return;
    const files = filesOf(plan);
    const isStale = files.some(file => changed.has(file));
    const before = [...changed];
    for (const file of files) changed.add(file);
    if (isStale) continue;
    const decision = await input.decide(plan.access, before);
    if (decision.verdict !== 'ask') continue;
    await emit({ type: 'tool.planned', callId: call.id, title: plan.title, access: plan.access });
    asked.set(call.id, askPerson(call, plan, decision, input, before));
  }
}

async function planned(
  call: ToolCall,
  tool: NonNullable<ReturnType<TurnInput['tools']['get']>>,
  signal: AbortSignal,
): Promise<ToolPlan | undefined> {
  try {
    return await tool.prepare(parseArguments(call.arguments, tool.input), signal);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

const filesOf = (plan: ToolPlan) =>
  plan.effects.flatMap(effect => (effect.kind === 'file' ? [effect.path] : []));
