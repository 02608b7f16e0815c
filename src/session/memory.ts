/** What `recall` searches: everything that was said and done, a fold of the log. Texts are shared with the history. */
import type { EventOf, SessionEvent } from '../protocol/events.ts';
import type { ToolCall } from '../protocol/message.ts';
import type { Memory, Recollection } from '../tools/recall.ts';

export class MemoryFold implements Memory {
  private readonly list: Recollection[] = [];
  private readonly calls = new Map<string, ToolCall>();
  private turn = 0;
  private step = 0;

  all = (): readonly Recollection[] => this.list;

  apply(e: SessionEvent): void {
    switch (e.type) {
      case 'turn.started':
        this.turn += 1;
        this.step = 0;
        break;
      case 'step.started':
        this.step = e.step;
        break;
      case 'user.message':
        this.add(e, e.steer ? 'Person, while you worked' : 'Person', e.text);
        for (const { label, text } of e.context) this.add(e, `Attached by the person: ${label}`, text);
        break;
      case 'assistant.message':
        if (e.message.reasoning?.trim()) this.add(e, 'You thought', e.message.reasoning);
        if (e.message.text.trim()) this.add(e, 'You wrote', e.message.text);
        for (const call of e.message.toolCalls) {
          this.calls.set(call.id, call);
          this.add(e, `You called ${call.name}`, call.arguments, call.name);
        }
        break;
      case 'tool.result': {
        const call = this.calls.get(e.callId);
        const name = call?.name ?? 'a tool';
        this.add(e, `${name} ${call?.arguments ?? ''} ${e.isError ? 'failed' : 'gave'}`, e.content, name);
        break;
      }
      case 'context.summarised':
        this.add(e, 'Your summary of what came before', e.summary);
        break;
    }
  }

  private add({ seq }: Pick<EventOf<'notice'>, 'seq'>, what: string, text: string, tool?: string): void {
    this.list.push({ entry: seq, turn: this.turn, step: this.step, what, text, ...(tool && { tool }) });
  }
}
