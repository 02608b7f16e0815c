import * as z from 'zod';
import { parseJson } from '../../json.ts';
import { CASES, type Case } from '../cases.ts';
import { CASE_TOOLS, type CaseToolName } from '../caseTools.ts';
import { callsIn, leaked, PARSERS, type Probe, type ProbeContext, user } from '../probe.ts';
import type { RawCall } from '../rawReply.ts';

const BUDGET = 8_192;
const AT_ONCE = 3;
/** Of the calls made: the bars of the vendor's verifier, where good hosts reach 100 % and poor ones 83 %. */
const PASS = 0.98;
const WARN = 0.95;

interface Judged {
  trigger: boolean;
  /** Undefined: no call was made. */
  schema: string | undefined;
  /** The calls stood in the text. */
  markup: boolean;
}
const FINE = 'fine';

/** What people ask, with tools on offer: is a tool called when one should be, and do its arguments fit its schema? */
export const schemaAccuracy: Probe = {
  id: 'schema-accuracy',
  title: 'Schema accuracy',
  load: cases => ({ requests: cases, prompt: cases * 450, output: cases * 400, most: cases * BUDGET }),
  async run(context) {
    const cases = CASES.slice(0, context.cases);
    const judged = await inParallel(cases, context);
    const calls = judged.filter(({ schema }) => schema !== undefined);
    const good = calls.filter(({ schema }) => schema === FINE).length;
    const triggered = judged.filter(({ trigger }) => trigger).length;
    const wrong = [...new Set(calls.map(({ schema }) => schema).filter(schema => schema !== FINE))];
    const markup = judged.filter(each => each.markup).length;
    const sent = `${cases.length} requests, each with two or three tools on offer`;
    const got =
      `${good} of ${calls.length} calls fit their schema; the right choice in ${triggered} of ${cases.length} cases` +
      (markup ? `; ${markup} replies with call markup in the text` : '') +
      (wrong.length ? `. ${wrong.slice(0, 3).join('; ')}` : '');
    if (!calls.length)
      return {
        verdict: 'fail',
        sent,
        got,
        means: 'No tool is ever called: an agent cannot work so.',
        mend: PARSERS,
      };
    const share = good / calls.length;
    const verdict = share >= PASS ? 'pass' : share >= WARN ? 'warn' : 'fail';
    const few =
      cases.length < CASES.length
        ? ` ${cases.length} cases tell roughly; more are asked with --cases ${CASES.length}.`
        : '';
    if (verdict === 'pass' && markup)
      return {
        verdict: 'warn',
        sent,
        got,
        means: `The calls are well formed, but arrive as markup, which Ascent reads all the same.${few}`,
        mend: PARSERS,
      };
    if (verdict === 'pass')
      return triggered / cases.length < 0.73
        ? {
            verdict: 'warn',
            sent,
            got,
            means: 'Calls are well formed, but made when none is needed, or missing when one is.',
            mend: PARSERS,
          }
        : { verdict, sent, got, means: `Calls are well formed.${few}` };
    return {
      verdict,
      sent,
      got,
      means: `About ${Math.max(1, Math.round(100 * (1 - share)))} of 100 calls go wrong and cost a step each.${few}`,
      mend: `${PARSERS} Guided decoding of tool calls, where the engine has it for K2, brings this to 100 %.`,
    };
  },
};

async function inParallel(cases: readonly Case[], context: ProbeContext): Promise<Judged[]> {
  const judged: Judged[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < cases.length; index = next++) {
      judged[index] = await judge(cases[index]!, context);
      context.say(`${judged.filter(Boolean).length} of ${cases.length}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, cases.length) }, work));
  return judged;
}

async function judge({ ask, tools, expect }: Case, { chat }: ProbeContext): Promise<Judged> {
  const declared = tools.map(name => ({ type: 'function', function: { name, ...CASE_TOOLS[name] } }));
  const reply = await chat({ messages: [user(ask)], tools: declared, budget: BUDGET });
  const calls = callsIn(reply);
  const trigger = expect === 'none' ? !calls.length : calls.some(call => call.name === expect);
  const problems = calls.map(call => problemOf(call, tools)).filter(problem => problem !== FINE);
  const schema = calls.length ? (problems[0] ?? FINE) : undefined;
  return { trigger, schema, markup: leaked(reply) };
}

export function problemOf(
  { name, arguments: json }: Pick<RawCall, 'name' | 'arguments'>,
  tools: readonly CaseToolName[],
): string {
  const known = tools.find(tool => tool === name);
  if (!known) return `${name ?? 'a call without a name'} was not on offer`;
  const value = parseJson(json);
  if (value === undefined) return `${known}: not valid JSON`;
  const checked = schemaOf(known).safeParse(value);
  const [issue] = checked.error?.issues ?? [];
  return issue ? `${known}: ${issue.path.join('.') || 'arguments'}: ${issue.message}` : FINE;
}

const schemas = new Map<CaseToolName, z.ZodType>();
function schemaOf(name: CaseToolName): z.ZodType {
  const known =
    schemas.get(name) ??
    z.fromJSONSchema(CASE_TOOLS[name].parameters as Parameters<typeof z.fromJSONSchema>[0]);
  schemas.set(name, known);
  return known;
}
