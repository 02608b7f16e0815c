import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createChat } from '../../src/extension/chat/chat.ts';
import type { Memory } from '../../src/extension/chat/openSessions.ts';
import type { Settings } from '../../src/extension/settings.ts';
import type { ApprovalMode } from '../../src/protocol/approvals.ts';
import { emptyTranscript } from '../../src/protocol/transcript.ts';
import type { Session, Sessions, SessionUpdate, StartOptions } from '../../src/session/sessions.ts';
import { until } from '../until.ts';

const backend = { baseUrl: 'standin:', model: 'k2', profile: 'standin', standIn: true };
const update = {
  event: { type: 'step.started' },
  change: { items: [], head: true },
} as unknown as SessionUpdate;

/** A session whose turns begin and end when the test says so. */
function fakeSession(id: string, known: Disk) {
  const listeners = new Set<(update: SessionUpdate) => void>();
  const transcript = emptyTranscript();
  transcript.head = { ...transcript.head, id, backend };
  let ended = () => {};
  let settled: Promise<void> = Promise.resolve();
  let free = () => {};
  const freed = new Promise<void>(resolve => (free = resolve));
  const holder = known.held.get(id);
  const session = {
    id,
    transcript,
    live: [],
    running: false,
    interrupted: known.interrupted.has(id),
    readOnly: holder ? 'open elsewhere' : undefined,
    held: holder && {
      by: { kind: holder },
      freed,
      handOver: async () => session.release(),
    },
    /** The other process closes it. */
    release() {
      known.held.delete(id);
      free();
    },
    wanted: () => {},
    onWanted(listener: () => void) {
      session.wanted = listener;
    },
    closed: false,
    sent: [] as string[],
    subscribe: (listener: (update: SessionUpdate) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    begin() {
      session.running = true;
      settled = new Promise(resolve => {
        ended = resolve;
      });
      session.tell('running');
    },
    end() {
      session.running = false;
      session.tell('idle');
      ended();
    },
    tell(status: 'running' | 'idle') {
      transcript.head = { ...transcript.head, status };
      for (const listener of listeners) listener(update);
    },
    async send(text: string) {
      session.sent.push(text);
      if (!session.running) session.begin();
    },
    async resume() {
      if (failing === id) throw new Error('It cannot go on.');
      session.begin();
    },
    queue: {
      add: async (text: string) => void session.sent.push(`later: ${text}`),
      release: async () => void session.sent.push('release'),
      sendNow: async (id: string) => void session.sent.push(`now: ${id}`),
    },
    setBackend: vi.fn(async () => {}),
    settled: () => settled,
    async close() {
      session.closed = true;
      if (session.running) {
        known.interrupted.add(id);
        session.running = false;
        ended();
      }
      free();
    },
  };
  return session;
}
type FakeSession = ReturnType<typeof fakeSession>;
interface Disk {
  interrupted: Set<string>;
  /** By another process of this kind. */
  held: Map<string, string>;
}

let disk: Disk;
let store: Map<string, unknown>;
let settings: Settings;
let made: FakeSession[];
let refusal: string | undefined;
let modes: ApprovalMode[];
let offered: (() => Promise<void>)[];
/** The session that cannot be resumed. */
let failing: string | undefined;

beforeEach(() => {
  disk = { interrupted: new Set(), held: new Map() };
  store = new Map();
  made = [];
  modes = [];
  offered = [];
  failing = undefined;
  refusal = undefined;
  settings = {
    backend,
    mode: 'ask',
    limits: { maxSteps: 9, maxCost: undefined, maxCostPerTurn: undefined, maxCostPerDay: undefined },
    resume: 'auto',
    sandbox: { use: 'off', network: false },
  };
});

/** A window; a second one on the same memory is the window after its reload. */
function openWindow() {
  const make = (id: string) => {
    const session = fakeSession(id, disk);
    made.push(session);
    return session as unknown as Session;
  };
  const sessions = {
    list: async () => made.map(s => ({ id: s.id, title: '', updatedAt: 0, running: false })),
    start: async (options: StartOptions) => {
      modes.push(options.mode);
      return make(`s${made.length + 1}`);
    },
    open: async (id: string) => {
      if (id === 'gone') throw new Error('There is no session gone.');
      return make(id);
    },
  } as unknown as Sessions;
  const memory: Memory = {
    get: <T>(key: string) => store.get(key) as T | undefined,
    update: async (key, value) => void store.set(key, value),
  };
  return createChat({
    sessions: async () => sessions,
    memory,
    settings: () => settings,
    served: async wanted => ({ ...wanted, model: wanted.model || 'served' }),
    refusal: () => refusal,
    offerToGoOn: go => offered.push(go),
    attempt: (_, work) => work(),
  });
}

describe('sending', () => {
  it('starts one session, however fast the person is', async () => {
    const chat = openWindow();
    await Promise.all([chat.send('one', []), chat.send('two', [])]);
    expect(made).toHaveLength(1);
    expect(made[0]!.sent).toEqual(['one', 'two']);
  });
  it('nothing, or where nothing may be sent, starts none and says why', async () => {
    const chat = openWindow();
    await expect(chat.send('  \n', [])).rejects.toThrow('Describe a task');
    refusal = 'Restricted Mode';
    await expect(chat.send('go', [])).rejects.toThrow('Restricted Mode');
    expect(made).toEqual([]);
  });
  it('goes to the backend of the settings, which may have changed', async () => {
    const chat = openWindow();
    await chat.send('one', []);
    made[0]!.end();
    const other = { ...backend, baseUrl: 'https://k2.example/v1', standIn: false };
    settings = { ...settings, backend: other };
    await chat.send('two', []);
    expect(made[0]!.setBackend.mock.calls).toEqual([[other]]);
  });
});

describe('another session', () => {
  it('leaves the one before running, and closes it once it is done', async () => {
    const chat = openWindow();
    await chat.send('long', []);
    const first = made[0]!;
    await chat.startFresh();
    expect(chat.session).toBeUndefined();
    expect(chat.running.map(s => s.id)).toEqual(['s1']);
    expect(first.closed).toBe(false);
    first.end();
    await until(() => first.closed);
  });
  it('and back: the same one is shown, not opened twice', async () => {
    const chat = openWindow();
    await chat.send('long', []);
    await chat.startFresh();
    await chat.open('s1');
    expect(chat.session).toBe(made[0]);
    made[0]!.end();
    await chat.list();
    expect(made[0]!.closed).toBe(false);
    expect(made).toHaveLength(1);
  });
  it('that cannot be opened leaves what is shown', async () => {
    const chat = openWindow();
    await chat.send('one', []);
    await expect(chat.open('gone')).rejects.toThrow('no session');
    expect(chat.session).toBe(made[0]);
  });
});

describe('after a reload', () => {
  it('the same session is shown, and does nothing by itself when its turn was over', async () => {
    const before = openWindow();
    await before.send('one', []);
    made[0]!.end();
    await before.close();
    const after = openWindow();
    expect(after.interrupted).toBe(false);
    await after.restore();
    expect(after.session?.id).toBe('s1');
    expect(after.session?.running).toBe(false);
  });
  it('what ran goes on, the shown session and the one behind it', async () => {
    const before = openWindow();
    await before.send('one', []);
    await before.startFresh();
    await before.send('two', []);
    await before.close();
    disk.interrupted = new Set(['s1', 's2']);
    const after = openWindow();
    expect(after.interrupted).toBe(true);
    await after.restore();
    expect(after.session?.id).toBe('s2');
    expect(after.running.map(s => s.id).sort()).toEqual(['s1', 's2']);
  });
  it('with resume = ask it waits for the person, and asks once', async () => {
    settings = { ...settings, resume: 'ask' };
    const before = openWindow();
    await before.send('one', []);
    await before.close();
    disk.interrupted.add('s1');
    const after = openWindow();
    await after.restore();
    expect(after.session?.running).toBe(false);
    expect(offered).toHaveLength(1);
    await offered[0]!();
    expect(after.session?.running).toBe(true);
  });
  it('a run that was cut short elsewhere stays as it is', async () => {
    store.set('ascent.session', 's7');
    disk.interrupted.add('s7');
    const chat = openWindow();
    await chat.restore();
    expect(chat.session?.running).toBe(false);
  });
  it('a session that is gone is told once and forgotten', async () => {
    store.set('ascent.session', 'gone');
    await expect(openWindow().restore()).rejects.toThrow('no session');
    await openWindow().restore();
    expect(made).toEqual([]);
  });
  it('a session still held by the window before is read, and goes on when it is free', async () => {
    store.set('ascent.session', 's1');
    store.set('ascent.running', ['s1']);
    disk.interrupted.add('s1');
    disk.held.set('s1', 'window');
    const chat = openWindow();
    const seen = new Promise<void>(resolve => chat.onSwitch(() => chat.session?.readOnly || resolve()));
    await chat.restore();
    expect(chat.session?.readOnly).toBeDefined();
    await expect(chat.send('now', [])).rejects.toThrow('open elsewhere');
    made[0]!.release();
    await seen;
    await until(() => chat.session?.running === true);
  });
});

describe('a session that another process holds', () => {
  const follow = async (kind: string, status: 'running' | 'idle') => {
    disk.held.set('s1', kind);
    const chat = openWindow();
    await chat.open('s1');
    const followed = made[0]!;
    if (status === 'running') followed.tell('running');
    return { chat, followed };
  };
  it('comes here by itself once it is free, and its run goes on', async () => {
    const { chat, followed } = await follow('window', 'running');
    expect(chat.running).toEqual([]);
    expect(store.get('ascent.running')).toBeUndefined();
    disk.interrupted.add('s1');
    followed.release();
    await until(() => chat.session?.running === true);
    expect(followed.closed).toBe(true);
  });
  it('with resume = ask offers to go on', async () => {
    settings = { ...settings, resume: 'ask' };
    const { chat, followed } = await follow('window', 'running');
    disk.interrupted.add('s1');
    followed.release();
    await until(() => offered.length === 1);
    expect(chat.session).toMatchObject({ running: false, readOnly: undefined });
  });
  it('that did not run there does not run here', async () => {
    const { chat, followed } = await follow('window', 'idle');
    disk.interrupted.add('s1');
    followed.release();
    await until(() => chat.session?.readOnly === undefined);
    expect(chat.session?.running).toBe(false);
  });
  it('is taken over when a person wants it, and goes on whatever the setting', async () => {
    settings = { ...settings, resume: 'ask' };
    const { chat } = await follow('window', 'running');
    expect(chat.session?.readOnly).toBeDefined();
    disk.interrupted.add('s1');
    await chat.takeOver();
    expect(chat.session).toMatchObject({ running: true, readOnly: undefined });
    expect(offered).toEqual([]);
  });
  it('in the background is taken back by opening it, and by nothing less', async () => {
    store.set('ascent.session', 's1');
    disk.held.set('s1', 'background');
    const chat = openWindow();
    await chat.restore();
    made[0]!.tell('running');
    expect(chat.session?.readOnly).toBeDefined();
    disk.interrupted.add('s1');
    await chat.open('s1');
    expect(chat.session).toMatchObject({ running: true, readOnly: undefined });
  });
  it('that ran behind the shown one before a reload goes on when the window before lets go of it', async () => {
    store.set('ascent.running', ['s1']);
    disk.held.set('s1', 'window');
    disk.interrupted.add('s1');
    const chat = openWindow();
    await chat.restore();
    made[0]!.release();
    await until(() => chat.running.map(s => s.id).join() === 's1');
    expect(chat.session).toBeUndefined();
  });
  it('that cannot come back keeps no other away', async () => {
    store.set('ascent.running', ['gone', 's2']);
    disk.interrupted.add('s2');
    const chat = openWindow();
    await chat.restore();
    expect(chat.running.map(s => s.id)).toEqual(['s2']);
    expect(store.get('ascent.running')).toEqual(['s2']);
  });
  it('nor does the one that was shown, nor one that cannot go on; what went wrong is told', async () => {
    store.set('ascent.session', 'gone');
    store.set('ascent.running', ['gone', 's1', 's2']);
    for (const id of ['s1', 's2']) disk.interrupted.add(id);
    const chat = openWindow();
    failing = 's1';
    await expect(chat.restore()).rejects.toThrow('There is no session gone.');
    expect(chat.running.map(s => s.id)).toEqual(['s2']);
  });
});

describe('a session that another process wants', () => {
  it('is closed, followed from then on, and not remembered as running here', async () => {
    const chat = openWindow();
    await chat.send('long', []);
    disk.held.set('s1', 'window');
    made[0]!.wanted();
    await until(() => chat.session?.readOnly !== undefined);
    expect(made[0]!.closed).toBe(true);
    expect(store.get('ascent.running')).toEqual([]);
  });
  it('goes on here when nobody came for it', async () => {
    const chat = openWindow();
    await chat.send('long', []);
    made[0]!.wanted();
    await until(() => chat.session === made[1]);
    await until(() => chat.session?.running === true);
  });
});

describe('continuing in the background', () => {
  it('closes the session before the other process starts, then follows it', async () => {
    const chat = openWindow();
    await chat.send('long', []);
    await chat.toBackground(async () => {
      expect(made[0]!.closed).toBe(true);
      disk.held.set('s1', 'background');
    });
    expect(chat.session?.readOnly).toBeDefined();
    expect(chat.running).toEqual([]);
  });
  it('and coming back later: what its process left unfinished goes on', async () => {
    const before = openWindow();
    await before.send('long', []);
    await before.toBackground(async () => void disk.held.set('s1', 'background'));
    await before.close();
    // It met a question, and nobody was there.
    disk.held.delete('s1');
    const after = openWindow();
    expect(after.interrupted).toBe(true);
    await after.restore();
    expect(after.session).toMatchObject({ id: 's1', running: true });
  });
  it('is watched also while another session is shown: a question there comes up here', async () => {
    const chat = openWindow();
    await chat.send('long', []);
    await chat.toBackground(async () => void disk.held.set('s1', 'background'));
    const followed = made[1]!;
    await chat.startFresh();
    followed.release();
    await until(() => chat.running.map(s => s.id).join() === 's1');
    expect(chat.session).toBeUndefined();
  });
  it('that does not start leaves the run going here', async () => {
    const chat = openWindow();
    await chat.send('long', []);
    const failing = () => Promise.reject(new Error('no such program'));
    await expect(chat.toBackground(failing)).rejects.toThrow('no such program');
    expect(chat.session?.running).toBe(true);
  });
  it('is refused where there is nothing to go on with', async () => {
    const chat = openWindow();
    await expect(chat.toBackground(async () => {})).rejects.toThrow('no session yet');
    await chat.send('short', []);
    made[0]!.end();
    await expect(chat.toBackground(async () => {})).rejects.toThrow('nothing to go on with');
    expect(made[0]!.closed).toBe(false);
  });
});

it('what is for later goes into the queue; letting it go on is refused where nothing may be sent', async () => {
  const chat = openWindow();
  await chat.send('one', []);
  await chat.send('two', [], true);
  await chat.sendQueued('q1');
  await chat.sendQueued(undefined);
  expect(made[0]!.sent).toEqual(['one', 'later: two', 'now: q1', 'release']);
  refusal = 'Not here.';
  await expect(chat.sendQueued('q1')).rejects.toThrow('Not here.');
  await expect(chat.summarise()).rejects.toThrow('Not here.');
});

it('the mode chosen before there is a session is the mode of the next one alone', async () => {
  const chat = openWindow();
  await chat.setMode('edits');
  expect(chat.mode).toBe('edits');
  await chat.send('one', []);
  await chat.startFresh();
  await chat.send('two', []);
  expect(modes).toEqual(['edits', 'ask']);
});
