/**
 * The fold from events to what the model reads. It only ever grows at its end, so each request starts with the bytes
 * of the request before, and step 300 costs what step 10 costs.
 */

import { PlanNotes } from '../agent/planMode.ts';
import { setAside } from '../agent/setAside.ts';
import type { ContextItem, EventOf, SessionEvent } from '../protocol/events.ts';
import type { Message, ToolCall } from '../protocol/message.ts';

/** What the model reads of a call whose outcome nobody recorded and nobody will. */
export const NEVER_FINISHED =
  'No result: this call was cut off and its outcome is not known. Check before you rely on it or repeat it.';

export class HistoryFold {
  readonly messages: Message[] = [];
  /** Calls of the newest assistant message that are not yet in `messages` as results, in the model's order. */
  private open: ToolCall[] = [];
  private readonly results = new Map<string, string>();
  /** What the backend counted last: so many tokens for so many messages. */
  counted: { messages: number; tokens: number } | undefined;
  /** Sent while a step ran. They join before the next step: never between a reply and its results. */
  private steers: string[] = [];
  private readonly plan = new PlanNotes();

  apply(e: SessionEvent): void {
    switch (e.type) {
      case 'session.started':
        this.messages.push({ role: 'system', text: e.systemPrompt });
        this.plan.mode = e.mode;
        break;
      case 'session.changed':
        if (e.mode) this.plan.mode = e.mode;
        break;
      case 'user.message':
        if (e.steer) {
          this.steers.push(withContext(e));
        } else {
          this.giveUpOpenCalls();
          this.addSteers();
          this.messages.push({ role: 'user', text: this.plan.under(withContext(e)) });
        }
        break;
      case 'step.started': {
        this.addSteers();
        const due = this.plan.due();
        if (due) this.messages.push({ role: 'user', text: due });
        break;
      }
      case 'context.trimmed':
        this.setAsideOutputs();
        break;
      case 'assistant.message':
        this.giveUpOpenCalls();
        this.messages.push(e.message);
        this.open = [...e.message.toolCalls];
        this.counted = {
          messages: this.messages.length,
          tokens: e.usage.promptTokens + e.usage.completionTokens,
        };
        break;
      case 'tool.result':
        this.addResult(e);
        break;
    }
  }

  steered(): boolean {
    return this.steers.length > 0;
  }

  /** Calls that have no result yet, in order. */
  openCalls(): ToolCall[] {
    return this.open.filter(call => !this.results.has(call.id));
  }

  private setAsideOutputs(): void {
    for (const [at, short] of setAside(this.messages)) this.messages[at] = short;
    this.counted = undefined;
  }

  private addSteers(): void {
    for (const text of this.steers) this.messages.push({ role: 'user', text: this.plan.under(text) });
    this.steers = [];
  }

  /** Results reach the model in the order of its calls, whatever the order in which they came. */
  private addResult(e: EventOf<'tool.result'>): void {
    if (!this.open.some(call => call.id === e.callId)) return;
    this.results.set(e.callId, e.content);
    for (let next = this.open[0]; next; next = this.open[0]) {
      const text = this.results.get(next.id);
      if (text === undefined) return;
      this.open.shift();
      this.results.delete(next.id);
      this.messages.push({ role: 'tool', callId: next.id, name: next.name, text });
    }
  }

  /** Backends refuse a request in which a call has no result. */
  private giveUpOpenCalls(): void {
    for (const call of this.open) {
      const text = this.results.get(call.id) ?? NEVER_FINISHED;
      this.messages.push({ role: 'tool', callId: call.id, name: call.name, text });
    }
    this.open = [];
    this.results.clear();
  }
}

function withContext({ text, context }: EventOf<'user.message'>): string {
  return [text, ...context.map(block)].join('\n\n');
}

function block({ label, text }: ContextItem): string {
  return `<context label=${JSON.stringify(label)}>\n${text}\n</context>`;
}
