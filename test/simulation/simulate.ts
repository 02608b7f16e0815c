/**
 * One seed, one run: a session works through a dozen steps while calls fail, the line breaks and the power goes, and is
 * opened again each time until it is done. Throws when a promise of docs/reliability.md is broken.
 */
import assert from 'node:assert/strict';
import type { NewEvent, SessionEvent } from '../../src/protocol/events.ts';
import { emptyTranscript } from '../../src/protocol/transcript.ts';
import { openLog } from '../../src/session/eventLog.ts';
import { createLiveSession } from '../../src/session/liveSession.ts';
import type { SessionsOptions } from '../../src/session/sessions.ts';
import { SessionState } from '../../src/session/state.ts';
import { createTools, declarations } from '../../src/tools/catalog.ts';
import { stepLimit } from '../session/limits.ts';
import { seeded } from '../session/simulatedDisk.ts';
import { createWorld, FILES, type Outside, ROOT, type World } from './world.ts';

export interface Simulated {
  losses: number;
  events: number;
  effects: number;
}

const DIRECTORY = '/state/sessions/s';
const MOST_LIVES = 40;

export async function simulate(seed: number): Promise<Simulated> {
  const random = seeded(seed);
  const losses = Math.floor(random() * 4);
  /** Synced, so promised, by sequence number. */
  const promised = new Map<number, SessionEvent>();
  const outside: Outside = {
    files: new Map(FILES.map(name => [`${ROOT}/${name}`, 'begin\nend\n'])),
    started: [],
    written: [],
    random,
    losses,
    demandIntent(kind, what) {
      const last = [...promised.values()].findLast(event => event.type === 'tool.intent');
      assert(
        last?.type === 'tool.intent' &&
          last.effects.some(
            e => e.kind === kind && (e.kind === 'file' ? e.path : 'command' in e && e.command) === what,
          ),
        `${what} happened without a durable intent`,
      );
    },
  };
  let world = createWorld(outside);
  for (let life = 0; ; life++) {
    assert(life < MOST_LIVES, 'The session never ends.');
    const ended = await Promise.race([live(world, promised), world.dead.then(() => 'dead' as const)]);
    if (ended === 'done') break;
    world = world.next();
  }
  const log = await openLog(DIRECTORY, { write: false, disk: world.medium });
  const { events } = log;
  const kept = new Map(events.map(event => [event.seq, event]));
  for (const [seq, event] of promised)
    assert.deepEqual(plain(kept.get(seq) ?? null), plain(event), `event ${seq} was promised and is lost`);
  // A power loss may tear what was not promised yet; the log says how much is missing.
  const torn = log.gaps.reduce((sum, gap) => sum + gap.lost, 0);
  assert.equal(events.length + torn, events.at(-1)!.seq + 1);
  const answered = events.flatMap(event => (event.type === 'tool.result' ? [event.callId] : []));
  assert.equal(new Set(answered).size, answered.length, 'a call has two results');
  const asked = events.flatMap(e =>
    e.type === 'assistant.message' ? e.message.toolCalls.map(c => c.id) : [],
  );
  if (!torn)
    assert.deepEqual(
      asked.filter(id => !answered.includes(id)),
      [],
      'a call has no result',
    );
  assert.equal(new Set(outside.started).size, outside.started.length, 'a command ran twice');
  assert.equal(new Set(outside.written).size, outside.written.length, 'an edit was made twice');
  for (const name of FILES) {
    const marks = outside.files.get(`${ROOT}/${name}`)!.split('\n').slice(1, -2);
    assert.equal(new Set(marks).size, marks.length, `${name} was edited twice by one call`);
    for (const mark of marks)
      assert(answered.includes(mark), `${name} holds an edit that no result tells of`);
  }
  return { losses, events: events.length, effects: outside.started.length + outside.written.length };
}

/** Until the turn is done. A dead world never lets it come back. */
async function live(world: World, promised: Map<number, SessionEvent>): Promise<'done' | 'again'> {
  const { disk, host, model } = world;
  const log = await openLog(DIRECTORY, { write: true, disk, now: world.now });
  const state = new SessionState();
  for (const event of log.events) state.apply(event);
  // Opening syncs what it found.
  for (const event of log.events) promised.set(event.seq, event);
  const append = async (event: NewEvent, durability: 'buffered' | 'synced') => {
    const stamped = await log.append(event, durability);
    if (durability === 'synced') {
      promised.set(stamped.seq, stamped);
      for (const earlier of written) promised.set(earlier.seq, earlier);
    } else written.push(stamped);
    return stamped;
  };
  const written: SessionEvent[] = [];
  const kit = {
    host,
    seen: state.seen,
    memory: state.memory,
    spoolDir: '/state/spool',
    maxCommandSeconds: 60,
  };
  const tools = createTools(kit as Parameters<typeof createTools>[0]);
  if (!log.events.length) {
    const opening = {
      backend: { baseUrl: 'http://m/v1', model: 'm', profile: 'custom', standIn: false },
      mode: 'all',
    } as const;
    const started = {
      type: 'session.started',
      version: 1,
      id: 's',
      roots: [ROOT] as string[],
      systemPrompt: 'system',
    } as const;
    state.apply(await append({ ...started, ...opening, tools: declarations(tools) }, 'synced'));
  }
  const byName = new Map(tools.map(tool => [tool.name, tool]));
  const options: SessionsOptions = {
    host,
    stateDir: '/state',
    connect: async () => model,
    loadWasm: () => Promise.reject(new Error('not needed')),
    now: world.now,
    instructions: async () => undefined,
    limits: () => stepLimit(),
    attended: false,
  };
  const session = createLiveSession(
    {
      id: 's',
      state,
      writer: { append, close: () => log.close() },
      tools: { declarations: state.tools, get: name => byName.get(name) },
      decide: async () => ({ verdict: 'allow', by: 'mode', reasons: [] }),
      spentOn: async () => [],
      taking: { before: async () => [], after: async () => [], whole: async () => [], close: async () => {} },
      ruling: {
        before: async () => {},
        keep: async () => true,
        now: async () => ({ mode: 'all', rules: [] }) as never,
      },
      lock: { number: 1, lost: new AbortController().signal, release: async () => {} },
      listen: () => () => {},
    },
    options,
  );
  let seq = log.events.at(-1)?.seq ?? 0;
  const wrong: string[] = [];
  session.subscribe(update => {
    if (!('event' in update) || !world.alive) return;
    if (update.event.seq >= 0 && update.event.seq !== seq + 1)
      wrong.push(`event ${update.event.seq} came after ${seq}`);
    seq = update.event.seq;
    if (state.history.messages().at(-1)?.role === 'assistant' && update.event.type === 'step.started')
      wrong.push('a step began while calls were open');
  });
  const begun = log.events.some(event => event.type === 'user.message');
  const ended = log.events.at(-1);
  if (ended?.type === 'turn.ended' && ended.reason === 'done') return 'done';
  try {
    await (begun ? session.resume() : session.send('work'));
  } catch (error) {
    // A file that cannot be read while it is found out what became of an edit: said, and it can be tried again.
    assert(error instanceof Error && error.message.endsWith('injected'), String(error));
    await session.close();
    return 'again';
  }
  await session.settled();
  assert.deepEqual(wrong, []);
  const reread = new SessionState();
  const reason = session.transcript.items.findLast(item => item.kind === 'end')?.reason;
  await session.close();
  const all = await openLog(DIRECTORY, { write: false, disk });
  for (const event of all.events) reread.apply(event);
  assert.deepEqual(
    plain(reread.history.messages()),
    plain(state.history.messages()),
    'a reload tells the model something else',
  );
  assert.deepEqual(
    plain(reread.transcript),
    plain(session.transcript),
    'a reload shows people something else',
  );
  assert.notDeepEqual(reread.transcript, emptyTranscript());
  return reason === 'done' ? 'done' : 'again';
}

/** As it comes back from a disk. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Throws with the seed that failed. */
export async function simulateAll(from: number, seeds: number): Promise<Simulated> {
  const all: Simulated = { losses: 0, events: 0, effects: 0 };
  for (let seed = from; seed < from + seeds; seed++) {
    const run = await simulate(seed).catch(cause => {
      throw new Error(`Seed ${seed}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    });
    for (const what of ['losses', 'events', 'effects'] as const) all[what] += run[what];
  }
  return all;
}
