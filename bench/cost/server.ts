/**
 * The stand-in backend behind a port, in a process of its own so that its work counts for nobody. It notes what a
 * client does between the end of one reply and its next request, and whether requests only ever grow at their end.
 *
 *     GET /gaps     milliseconds between the end of reply n and the arrival of request n + 1
 *     GET /prefix   how many requests did not begin with the messages of the one before, byte for byte
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createStandin } from '../../src/standin/standin.ts';

const standin = createStandin({ tokensPerSecond: 0, models: ['kimi-k2-thinking'] });
const gaps: number[] = [];
let endedAt = 0;
let before = '';
let broken = 0;

const server = createServer(async (request, response) => {
  const arrived = performance.now();
  if (request.url === '/gaps') return void response.end(JSON.stringify(gaps));
  if (request.url === '/prefix') return void response.end(String(broken));
  const chat = request.method === 'POST';
  if (chat && endedAt) gaps.push(arrived - endedAt);
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts).toString();
  if (chat) {
    // All but the closing bracket: what follows may only be more messages.
    const messages = JSON.stringify(JSON.parse(body).messages).slice(0, -1);
    if (!messages.startsWith(before)) broken++;
    before = messages;
  }
  const reply = await standin.fetch(new URL(request.url ?? '/', 'http://127.0.0.1'), {
    method: request.method ?? 'GET',
    headers: { 'content-type': 'application/json' },
    ...(body && { body }),
  });
  const bytes = Buffer.from(await reply.arrayBuffer());
  response.writeHead(reply.status, Object.fromEntries(reply.headers));
  if (chat) endedAt = performance.now();
  response.end(bytes);
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
);
