/** A session with a backend that throws the key back in every way that it can, and a search of all that it leaves. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { cli } from '../cli/ascent.ts';

export const KEY = 'sk-CANARY/7f3a+9c51d2e8"b604QWERTZ';
/** Its name says nothing, so that only the allow list can keep it from commands. */
const VARIABLE = 'MY_BACKEND';

const encoded = [
  Buffer.from(KEY).toString('hex'),
  Buffer.from(KEY).toString('base64'),
  Buffer.from(`x${KEY}`).toString('base64'),
  Buffer.from(`xy${KEY}`).toString('base64'),
  encodeURIComponent(KEY),
].join(' ');

/** Pieces of the key that are too long to be there by chance, in each of the encodings. Lower case. */
const needles: string[] = (() => {
  const found = new Set<string>();
  const windows = (text: string, length: number) => {
    for (let at = 0; at + length <= text.length; at++) found.add(text.slice(at, at + length).toLowerCase());
  };
  windows(KEY, 12);
  windows(encodeURIComponent(KEY), 14);
  windows(Buffer.from(KEY).toString('hex'), 24);
  for (const before of ['', 'x', 'xy'])
    windows(
      Buffer.from(before + KEY)
        .toString('base64')
        .slice(4, -4),
      16,
    );
  return [...found];
})();

/** What of the key is in a text: as it stands, and with all that could part its pieces taken out. */
export function hitsIn(text: string): string[] {
  const lower = text.toLowerCase();
  const joined = lower.replace(/\\[nrt"]|[\s",:{}[\]]/g, '');
  const bare = (needle: string) => needle.replace(/[\s",:{}[\]]/g, '');
  return needles.filter(
    needle => lower.includes(needle) || (bare(needle).length >= 11 && joined.includes(bare(needle))),
  );
}

export interface Canary {
  directory: string;
  out: string;
  err: string;
  code: number | null;
  /** Chat requests that carried the key. */
  asked: number;
  /** Environments and command lines of everything that the session started. */
  processes: { looked: number; hits: string[] };
  session: string;
  url: string;
  /** Runs another command on the same state. */
  ascent(args: string[]): Promise<string>;
}

/** Runs a session of so many steps; the last request is refused with the key in the refusal. */
export async function runCanary(steps: number, options: string[] = []): Promise<Canary> {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'ascent-canary-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  const [work, state, temporary] = ['work', 'state', 'tmp'].map(name => path.join(directory, name)) as [
    string,
    string,
    string,
  ];
  cpSync(path.resolve(import.meta.dirname, '../../media/sample'), work, { recursive: true });
  for (const place of [state, temporary]) mkdirSync(place);
  // What a command can find out about itself and about those that started it.
  writeFileSync(
    path.join(work, 'look.sh'),
    'echo step $1; env; cat /proc/self/environ /proc/self/cmdline; [ -d /proc/1 ] && cat /proc/1/environ /proc/$PPID/environ; sleep 0.05\n',
  );
  const backend = await echoingBackend(steps);
  onTestFinished(() => backend.close());

  const environment = {
    PATH: process.env.PATH,
    HOME: path.join(directory, 'home'),
    TMPDIR: temporary,
    ASCENT_STATE_DIR: state,
    [VARIABLE]: KEY,
  };
  const start = (args: string[]) => spawn(process.execPath, [cli, ...args], { cwd: work, env: environment });
  const reach = ['--base-url', backend.url, '--api-key-env', VARIABLE];
  const child = start([
    'run',
    '--approve',
    'all',
    '--max-steps',
    String(steps + 5),
    ...reach,
    ...options,
    'Do it.',
  ]);
  const watching = watchChildren(child);
  const { out, err, code } = await finished(child);
  const processes = await watching();
  const [session = ''] = readdirSync(path.join(state, 'sessions'));
  return {
    directory,
    out,
    err,
    code,
    asked: backend.asked(),
    processes,
    session,
    url: backend.url,
    async ascent(args) {
      const other = await finished(start(args));
      return other.out + other.err;
    },
  };
}

/** Every file below a directory that holds a piece of the key. */
export function filesWithKey(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .map(entry => ({ entry, name: path.join(entry.parentPath, entry.name) }))
    .filter(
      ({ entry, name }) =>
        hitsIn(name).length > 0 || (entry.isFile() && hitsIn(readFileSync(name, 'latin1')).length > 0),
    )
    .map(({ name }) => name);
}

async function finished(child: ChildProcess): Promise<{ out: string; err: string; code: number | null }> {
  let [out, err] = ['', ''];
  child.stdin?.end();
  child.stdout!.setEncoding('utf8').on('data', text => (out += text));
  child.stderr!.setEncoding('utf8').on('data', text => (err += text));
  return new Promise(resolve => child.on('close', code => resolve({ out, err, code })));
}

/** Looks at all descendants again and again; gives a function that stops and tells. Linux alone has /proc. */
function watchChildren(child: ChildProcess): () => Promise<Canary['processes']> {
  const seen = { looked: 0, hits: [] as string[] };
  let going = process.platform === 'linux';
  const itself = quietly(() => readFileSync(`/proc/${child.pid}/cmdline`, 'latin1'));
  const loop = (async () => {
    while (going) {
      for (const pid of descendants(child.pid!)) {
        const read = (what: string) => quietly(() => readFileSync(`/proc/${pid}/${what}`, 'latin1')) ?? '';
        const texts = [read('environ'), read('cmdline')];
        // A process that was forked and has not become another program yet is still the one that was given the key.
        if (texts[1] === itself || read('cmdline') !== texts[1]) continue;
        seen.looked += texts.filter(Boolean).length;
        for (const text of texts)
          if (hitsIn(text).length) seen.hits.push(`${texts[1]}: ${text}`.replaceAll('\0', ' ').slice(0, 400));
      }
      await delay(10);
    }
  })();
  return async () => {
    going = false;
    await loop;
    return seen;
  };
}

function descendants(of: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = quietly(() => readFileSync(`/proc/${name}/stat`, 'latin1'));
    if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const found = new Set([of]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  found.delete(of);
  return [...found];
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

interface Spoken {
  content?: string;
  reasoning?: string;
  call?: { id?: string; name: string; arguments: string };
  /** The text in pieces of one character. */
  split?: boolean;
}

export async function echoingBackend(steps: number) {
  let asked = 0;
  let step = 0;
  /** Whether this step was refused once already. */
  let refused = false;
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    const { headers } = request;
    if (request.url?.endsWith('/models'))
      return answer(response, 200, {
        data: [{ id: `kimi-k2-thinking`, owned_by: KEY, max_model_len: 262_144 }],
      });
    if (headers.authorization === `Bearer ${KEY}`) asked++;
    if (step >= steps)
      return answer(response, 401, { error: { message: `Incorrect API key provided: ${KEY}`, type: KEY } });
    if (!refused && refuse(response, step, headers)) {
      refused = true;
      return;
    }
    refused = false;
    speak(response, replies[step % replies.length]!(step));
    step++;
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked: () => asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'x-request-id': KEY.replace('"', ''),
    ...headers,
  });
  response.end(JSON.stringify(body));
}

/** Every third step fails first. True when it did. */
function refuse(response: ServerResponse, step: number, headers: IncomingHttpHeaders): boolean {
  if (step % 3 !== 2) return false;
  switch (Math.floor(step / 3) % 4) {
    case 0:
      answer(
        response,
        429,
        { error: { message: `slow down, ${KEY}`, code: KEY } },
        { 'retry-after-ms': '1' },
      );
      return true;
    case 1:
      response.writeHead(500, { 'content-type': 'text/html', 'retry-after-ms': '1' });
      response.end(`<html><pre>${JSON.stringify(headers)}</pre></html>`);
      return true;
    case 2:
      answer(response, 503, { error: `overloaded ${encoded}` }, { 'retry-after-ms': '1' });
      return true;
    default:
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`data: {"error":{"message":${JSON.stringify(`broken ${KEY}`)},"code":503}}\n\n`);
      return true;
  }
}

const call = (name: string, args: object): Spoken['call'] => ({ name, arguments: JSON.stringify(args) });
const look = (step: number) => call('run_command', { command: `sh look.sh ${step}` });

const replies: ((step: number) => Spoken)[] = [
  step => ({ content: `The key is ${KEY}.`, call: look(step) }),
  step => ({
    call: call('write_file', { path: `notes-${step}.txt`, content: `the key ${KEY}\n${encoded}\n` }),
  }),
  step => ({
    reasoning: `I think ${KEY} and ${KEY}`,
    split: true,
    call: call('read_file', { path: `none-${step}` }),
  }),
  step => ({
    content: `In pieces: ${KEY}`,
    split: true,
    call: call('run_command', {
      command: `sleep 0.05; echo '${KEY}' > out-${step}.txt; cat out-${step}.txt`,
    }),
  }),
  () => ({ call: { name: 'read_file', arguments: `{"path": ${JSON.stringify(KEY)}` } }),
  () => ({ call: { name: `tool_${KEY}`, arguments: '{}' } }),
  () => ({ call: call('search_text', { pattern: KEY }) }),
  step => ({ call: { ...call('list_files', { path: '.' })!, id: `${KEY}:${step}` } }),
  step => ({ content: encoded, call: look(step) }),
  step => ({ call: call('read_file', { path: `https://${KEY}@[bad:${step}/%zz` }) }),
];

function speak(response: ServerResponse, { content = '', reasoning = '', call, split }: Spoken): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (delta: object, finish: string | null = null) =>
    response.write(
      `data: ${JSON.stringify({ id: KEY, model: KEY, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
    );
  const pieces = (text: string) => (split ? [...text] : text ? [text] : []);
  for (const piece of pieces(reasoning || 'Next.')) send({ reasoning_content: piece });
  for (const piece of pieces(content)) send({ content: piece });
  if (call) {
    const { id = `call-${Math.random().toString(36).slice(2)}`, name } = call;
    send({ tool_calls: [{ index: 0, id, type: 'function', function: { name, arguments: '' } }] });
    for (let at = 0; at < call.arguments.length; at += 7)
      send({ tool_calls: [{ index: 0, function: { arguments: call.arguments.slice(at, at + 7) } }] });
  }
  send({}, call ? 'tool_calls' : 'stop');
  response.end('data: [DONE]\n\n');
}
