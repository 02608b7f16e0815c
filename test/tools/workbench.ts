/** The tools on a real directory, with the memory a session would have. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Host } from '../../src/host/host.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import type { PlanItem } from '../../src/protocol/display.ts';
import { createTools } from '../../src/tools/catalog.ts';
import type { Recollection } from '../../src/tools/recall.ts';
import type { RunContext, ToolPlan, ToolResult } from '../../src/tools/tool.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

type Files = Record<string, string | Buffer>;

export function workbench(
  files: Files = {},
  more: { host?: Partial<Host>; roots?: string[]; memory?: Recollection[] } = {},
) {
  const directory = temporaryDirectory();
  const at = (...parts: string[]) => path.join(directory, 'project', ...parts);
  const put = (all: Files) => {
    for (const [name, content] of Object.entries(all)) {
      mkdirSync(path.dirname(at(name)), { recursive: true });
      writeFileSync(at(name), content);
    }
  };
  mkdirSync(at(), { recursive: true });
  put(files);
  const roots = more.roots?.map(name => at(name)) ?? [at()];
  const host: Host = { ...createNodeHost({ roots }), ...more.host };
  const spoolDir = path.join(directory, 'spool');
  const seen = new Map<string, string>();
  const kit = {
    host,
    seen: { hashOf: (file: string) => seen.get(file) },
    memory: { all: () => more.memory ?? [] },
    spoolDir,
    maxCommandSeconds: 60,
  };
  const tools = createTools(kit);

  const stop = new AbortController();
  const heard = { output: '', plan: [] as PlanItem[], questions: [] as string[] };
  const context: RunContext = {
    callId: 'call-1',
    signal: stop.signal,
    unasked: false,
    output: text => {
      heard.output += text;
    },
    ask: async (question, options) => {
      heard.questions.push(question);
      return options[0] ?? 'yes';
    },
    setPlan: async items => {
      heard.plan = items;
    },
  };

  const plan = async (name: string, input: unknown): Promise<ToolPlan> => {
    const tool = tools.find(t => t.name === name)!;
    return tool.prepare(tool.input.parse(input), stop.signal);
  };
  const run = async (planned: ToolPlan): Promise<ToolResult> => {
    const result = await planned.run(context);
    for (const file of result.seen ?? []) seen.set(file.path, file.hash);
    return result;
  };
  return {
    at,
    put,
    host,
    spoolDir,
    tools,
    stop,
    heard,
    plan,
    run,
    call: async (name: string, input: unknown) => run(await plan(name, input)),
    /** What the model reads. */
    say: async (name: string, input: unknown) => (await run(await plan(name, input))).content,
    text: (name: string) => readFileSync(at(name), 'utf8'),
  };
}
