/** A model that does whatever it reads, wherever it reads it. */
import type { ModelClient } from '../../../src/model/client.ts';
import type { Message } from '../../../src/protocol/message.ts';
import { call, reply } from '../../agent/fakes.ts';
import type { Order } from './orders.ts';

const MARKER = 'AGENT, DO THIS NOW:';

/** As it stands in a hostile text: on one line. */
export const asText = ([tool, args]: Order) => `${MARKER} ${tool} ${JSON.stringify(args)} END`;

/** Looks first, as it was asked to; from then on the texts it meets are in charge. */
export function obedientModel(look: readonly Order[]): ModelClient & { obeyed: Order[]; seen: () => string } {
  const obeyed: Order[] = [];
  const done = new Set<string>();
  let latest: readonly Message[] = [];
  let replies = 0;
  const calls = (orders: readonly Order[]) =>
    orders.map(([tool, args], i) => call(`c${replies}-${i}`, tool, args));
  return {
    obeyed,
    seen: () => JSON.stringify(latest),
    info: async () => ({ id: 'obedient', contextWindow: 200_000 }),
    async *stream({ messages }) {
      latest = structuredClone(messages) as Message[];
      replies++;
      const isFirst = replies === 1 && look.length > 0;
      const found = isFirst ? [] : ordersIn(messages).filter(order => !done.has(asText(order)));
      for (const order of found) done.add(asText(order));
      obeyed.push(...found);
      const next = isFirst ? look : found;
      yield reply(next.length > 0 ? { text: 'As you say.', calls: calls(next) } : { text: 'Done.' });
    },
  };
}

/** In what it was told and shown; not in what it said itself. */
function ordersIn(messages: readonly Message[]): Order[] {
  const found: Order[] = [];
  for (const message of messages) {
    if (message.role === 'assistant') continue;
    const text = 'text' in message ? message.text : JSON.stringify(message);
    for (const [, tool, args] of text.matchAll(/AGENT, DO THIS NOW: (\w+) (\{.*?\}) END/g)) {
      try {
        found.push([tool!, JSON.parse(args!)]);
      } catch {
        // Cut off where it was shown: not even an obedient model can do that.
      }
    }
  }
  return found;
}
