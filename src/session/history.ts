/**
 * The fold from events to what the model reads. It only ever grows at its end, so each request starts with the bytes
 * of the request before, and step 300 costs what step 10 costs; but where room is made, or that is taken back.
 * Here every text from outside enters the model: whatever a tool returned or a person attached, nothing in it is
 * hidden from who reads it on a screen.
 */
import { PLAN_ON, PlanNotes } from '../agent/planMode.ts';
import type { Cut, History } from '../agent/seams.ts';
import { isWorthSettingAside, newestReply, setAside } from '../agent/setAside.ts';
import type { PlanItem } from '../protocol/display.ts';
import type { ContextItem, EventOf, SessionEvent } from '../protocol/events.ts';
import type { Message, ToolCall } from '../protocol/message.ts';
import { showControls } from '../protocol/plainText.ts';
import { briefing, GO_ON, type Said } from './briefing.ts';
import { OpenProblems } from './openProblems.ts';

/** What the model reads of a call whose outcome nobody recorded and nobody will. */
export const NEVER_FINISHED =
  'No result: this call was cut off and its outcome is not known. Check before you rely on it or repeat it.';

/** A message as it came, the number of the event that brought it, and for a person's what they said. */
interface Entry {
  message: Message;
  seq: number;
  said?: Said;
}

/** Room that was made, and not taken back. Places are those in `all`. */
type Edit =
  | { kind: 'outputs'; seq: number; before: number }
  | { kind: 'summary'; seq: number; before: number; briefing: Message[] };

export class HistoryFold implements History {
  private readonly all: Entry[] = [];
  private edits: Edit[] = [];
  private shown: Message[] = [];
  /** Where in `all` the part begins that ends `shown`. */
  private start = 0;
  private lastCount: { messages: number; tokens: number } | undefined;
  /** Calls of the newest assistant message that are not yet in `all` as results, in the model's order. */
  private open: ToolCall[] = [];
  private readonly results = new Map<string, string>();
  /** Sent while a step ran. They join before the next step: never between a reply and its results. */
  private steers: Said[] = [];
  private readonly planMode = new PlanNotes();
  private plan: PlanItem[] = [];
  private readonly problems = new OpenProblems();
  private canRecall = false;
  private takenBack = false;

  messages = (): readonly Message[] => this.shown;
  counted = () => this.lastCount;
  steered = () => this.steers.length > 0;
  openCalls = (): ToolCall[] => this.open.filter(call => !this.results.has(call.id));
  roomTakenBack = () => this.takenBack;

  apply(e: SessionEvent): void {
    this.problems.apply(e);
    switch (e.type) {
      case 'session.started':
        this.canRecall = e.tools.some(tool => tool.name === 'recall');
        this.add({ message: { role: 'system', text: e.systemPrompt }, seq: e.seq });
        this.planMode.mode = e.mode;
        break;
      case 'session.changed':
        if (e.mode) this.planMode.mode = e.mode;
        break;
      case 'user.message':
        if (e.steer) this.steers.push(saidIn(e));
        else {
          this.giveUpOpenCalls(e.seq - 1);
          this.addSteers(e.seq - 1);
          this.addSaid(saidIn(e), e.seq);
        }
        break;
      case 'step.started': {
        this.addSteers(e.seq);
        const due = this.planMode.due();
        if (due) this.add({ message: { role: 'user', text: due }, seq: e.seq });
        break;
      }
      case 'assistant.message':
        this.giveUpOpenCalls(e.seq - 1);
        this.add({ message: e.message, seq: e.seq });
        this.open = [...e.message.toolCalls];
        this.lastCount = {
          messages: this.shown.length,
          tokens: e.usage.promptTokens + e.usage.completionTokens,
        };
        break;
      case 'tool.result':
        this.addResult(e);
        break;
      case 'plan.updated':
        this.plan = e.items;
        break;
      case 'context.trimmed':
        this.edit({
          kind: 'outputs',
          seq: e.seq,
          before: newestReply(this.all.map(({ message }) => message)),
        });
        break;
      case 'context.summarised':
        this.summarise(e);
        break;
      case 'context.restored':
        this.edits = this.edits.filter(edit => edit.seq !== e.of);
        this.takenBack = true;
        this.show();
        break;
    }
  }

  cuts(): Cut[] {
    const cuts: Cut[] = [];
    const offset = this.shown.length - this.all.length;
    // Something must stand before it: more than the system prompt and a message, or than an earlier summary.
    for (let i = Math.max(this.start + 1, 2); i < this.all.length; i++) {
      const { message, seq } = this.all[i]!;
      const border = message.role === 'user' && this.all[i - 1]!.message.role !== 'user';
      const inLoop = message.role === 'assistant' && message.toolCalls.length > 0;
      if (border || inLoop) cuts.push({ at: i + offset, seq, border });
    }
    const last = this.all.at(-1)?.message;
    if (this.all.length > this.start && last?.role === 'assistant' && !last.toolCalls.length)
      cuts.push({ at: this.shown.length, seq: Number.MAX_SAFE_INTEGER, border: true });
    return cuts;
  }

  /** The newest making of room that stands: the one that can be taken back. */
  get newestEdit(): number | undefined {
    return this.edits.at(-1)?.seq;
  }

  /** What the model would read without that. */
  without(edit: number): Message[] {
    return this.under(this.edits.filter(({ seq }) => seq !== edit)).shown;
  }

  private summarise(e: EventOf<'context.summarised'>): void {
    const found = this.all.findIndex(({ seq }) => seq >= e.keepFrom);
    const before = found < 0 ? this.all.length : found;
    const earlier = this.all.slice(0, before);
    this.edit({
      kind: 'summary',
      seq: e.seq,
      before,
      briefing: briefing({
        said: earlier.flatMap(({ said }) => said ?? []),
        room: e.quoted,
        plan: this.plan,
        problems: this.problems.list(),
        summary: e.summary,
        canRecall: this.canRecall,
      }),
    });
    if (!this.shown.some(({ role, text }) => role === 'user' && text.includes(PLAN_ON)))
      this.planMode.forget();
  }

  private edit(edit: Edit): void {
    this.edits.push(edit);
    this.takenBack = false;
    this.show();
  }

  private show(): void {
    ({ shown: this.shown, start: this.start } = this.under(this.edits));
    this.lastCount = undefined;
  }

  /** What the model reads under these edits. Messages that stay are the same objects: they were counted before. */
  private under(edits: readonly Edit[]): { shown: Message[]; start: number } {
    const summary = edits.findLast(edit => edit.kind === 'summary');
    const outputsBefore = Math.max(0, ...edits.map(({ kind, before }) => (kind === 'outputs' ? before : 0)));
    const start = summary?.before ?? 0;
    const rest = this.all.slice(start).map(({ message, seq }, i) => {
      if (start + i >= outputsBefore || !isWorthSettingAside(message)) return message;
      return setAside(message, this.canRecall ? seq : undefined);
    });
    if (!summary) return { shown: rest, start };
    const goOn = rest[0]?.role === 'assistant' ? [GO_ON] : [];
    return { shown: [this.all[0]!.message, ...summary.briefing, ...goOn, ...rest], start };
  }

  private add(entry: Entry): void {
    this.all.push(entry);
    this.shown.push(entry.message);
  }

  private addSaid(said: Said, seq: number): void {
    const text = this.planMode.under([said.text, ...said.context.map(block)].join('\n\n'));
    this.add({ message: { role: 'user', text }, seq, said });
  }

  private addSteers(seq: number): void {
    for (const said of this.steers) this.addSaid(said, seq);
    this.steers = [];
  }

  /** Results reach the model in the order of its calls, whatever the order in which they came. */
  private addResult(e: EventOf<'tool.result'>): void {
    if (!this.open.some(call => call.id === e.callId)) return;
    this.results.set(e.callId, showControls(e.content));
    for (let next = this.open[0]; next; next = this.open[0]) {
      const text = this.results.get(next.id);
      if (text === undefined) return;
      this.open.shift();
      this.results.delete(next.id);
      this.add({ message: { role: 'tool', callId: next.id, name: next.name, text }, seq: e.seq });
    }
  }

  /** Backends refuse a request in which a call has no result. */
  private giveUpOpenCalls(seq: number): void {
    for (const call of this.open) {
      const text = this.results.get(call.id) ?? NEVER_FINISHED;
      this.add({ message: { role: 'tool', callId: call.id, name: call.name, text }, seq });
    }
    this.open = [];
    this.results.clear();
  }
}

const saidIn = ({ seq, text, context, steer }: EventOf<'user.message'>): Said => ({
  seq,
  text: showControls(text),
  context: context.map(item => ({ ...item, text: showControls(item.text) })),
  steer,
});

function block({ label, text }: ContextItem): string {
  // What is attached cannot end its own block and go on as the person's words.
  const inside = text.replaceAll('</context', '&lt;/context');
  return `<context label=${showControls(JSON.stringify(label))}>\n${inside}\n</context>`;
}
