import type { ModelClient, ModelDelta, ModelReply, ModelRequest } from '../../src/model/client.ts';
import { ModelError } from '../../src/model/client.ts';
import type { Message } from '../../src/protocol/message.ts';

export const request = (messages: Message[] = [{ role: 'user', text: 'Hello' }]): ModelRequest => ({
  messages,
  tools: [
    { name: 'bash', description: 'Runs a command.', parameters: { type: 'object', properties: {} } },
    { name: 'read', description: 'Reads a file.', parameters: { type: 'object', properties: {} } },
  ],
  sessionId: 's1',
});

export async function collect(
  client: ModelClient,
  what: ModelRequest = request(),
  signal: AbortSignal = new AbortController().signal,
): Promise<ModelDelta[]> {
  const deltas: ModelDelta[] = [];
  for await (const delta of client.stream(what, signal)) deltas.push(delta);
  return deltas;
}

export async function reply(client: ModelClient, what?: ModelRequest): Promise<ModelReply> {
  const last = (await collect(client, what)).at(-1);
  if (last?.type !== 'reply') throw new Error('the stream ended without a reply');
  return last;
}

export async function failure(work: Promise<unknown>): Promise<ModelError> {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (error instanceof ModelError) return error;
  throw new Error(`expected a ModelError, got ${error}`);
}
