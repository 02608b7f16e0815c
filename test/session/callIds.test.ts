/** Backends count their calls from 0 again once earlier ones have left the history; the session's view keys rows by id. */
import { expect, it } from 'vitest';
import { createModelClient } from '../../src/model/connect.ts';
import { type Answer, answer, chunk, httpBackend, sse, stream, usage } from '../model/httpBackend.ts';
import { workshop } from './workshop.ts';

const reads = (path: string): Answer => {
  const made = { name: 'read_file', arguments: JSON.stringify({ path }) };
  return stream(
    sse([
      chunk({ tool_calls: [{ index: 0, id: 'functions.read_file:0', function: made }] }),
      chunk({}, { finish_reason: 'tool_calls' }),
      { choices: [], usage },
    ]),
  );
};

it('a call after a summary has an id of its own, though the backend gave it one that was there before', async () => {
  await using shop = workshop();
  shop.write('a.txt', 'A');
  shop.write('b.txt', 'B');
  const { backend } = await httpBackend({
    chat: [
      reads('a.txt'),
      answer('Read.'),
      answer('More.'),
      answer('The summary.'),
      reads('b.txt'),
      answer('Read.'),
    ],
  });
  // Anew for each turn, as the editor and the command line make it.
  const connect = async () => createModelClient({ backend: backend() });
  const none = { info: () => Promise.reject(), stream: () => Promise.reject() as never };
  const session = await shop.start(none, 'all', { connect });
  const turn = async (begin: Promise<void>) => {
    await begin;
    await session.settled();
  };
  for (const text of ['one', 'two']) await turn(session.send(text));
  await turn(session.room.summarise());
  await turn(session.send('three'));
  expect(session.transcript.items.filter(item => item.kind === 'tool')).toMatchObject([
    { id: 'functions.read_file:0', display: { path: 'a.txt' } },
    { id: 'functions.read_file:0__2', display: { path: 'b.txt' } },
  ]);
});
