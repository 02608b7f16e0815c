/** A session over a real workspace, real tools and a real log; only the model is scripted. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import type { ModelClient } from '../../src/model/client.ts';
import type { ApprovalMode } from '../../src/protocol/approvals.ts';
import type { NewEvent, SessionEvent } from '../../src/protocol/events.ts';
import type { Pending } from '../../src/protocol/transcript.ts';
import { createSessions } from '../../src/session/createSessions.ts';
import { openLog } from '../../src/session/eventLog.ts';
import { createRuleStore, type RuleStore } from '../../src/session/rules/ruleStore.ts';
import { sessionFiles } from '../../src/session/sessionFiles.ts';
import type { Session, SessionsOptions } from '../../src/session/sessions.ts';
import { loadWasm } from '../wasm.ts';
import { stepLimit } from './limits.ts';

export interface Workshop extends AsyncDisposable {
  work: string;
  /** The rules that are kept beside the sessions. */
  rules: RuleStore;
  start(model: ModelClient, mode?: ApprovalMode, more?: Partial<SessionsOptions>): Promise<Session>;
  /** As another process would after a crash: a second look at the same state directory. */
  reopen(id: string, model: ModelClient, more?: Partial<SessionsOptions>): Promise<Session>;
  events(id: string): Promise<SessionEvent[]>;
  /** Writes to a closed session's log, as a process that crashed did. */
  append(id: string, events: NewEvent[], now?: () => number): Promise<void>;
  read(name: string): string;
  write(name: string, text: string): void;
}

export function workshop(): Workshop {
  const dir = mkdtempSync(path.join(tmpdir(), 'ascent-'));
  const work = path.join(dir, 'work');
  mkdirSync(work);
  const opened: Session[] = [];
  const sessions = (model: ModelClient, more: Partial<SessionsOptions> = {}) =>
    createSessions({
      host: createNodeHost({ roots: [work] }),
      stateDir: path.join(dir, 'state'),
      connect: async () => model,
      loadWasm,
      now: Date.now,
      instructions: async () => undefined,
      limits: () => stepLimit(),
      attended: true,
      ...more,
    });
  const keep = (session: Session) => {
    opened.push(session);
    return session;
  };
  const none: ModelClient = { info: () => Promise.reject(), stream: () => Promise.reject() as never };
  return {
    work,
    rules: createRuleStore(path.join(dir, 'state'), Date.now),
    start: async (model, mode = 'ask', more) => keep(await sessions(model, more).start({ backend, mode })),
    reopen: async (id, model, more) => keep(await sessions(model, more).open(id)),
    events: id => sessions(none).read(id),
    async append(id, events, now) {
      const log = await openLog(sessionFiles(path.join(dir, 'state')).paths(id).directory, {
        write: true,
        now,
      });
      for (const event of events) await log.append(event, 'synced');
      await log.close();
    },
    read: name => readFileSync(path.join(work, name), 'utf8'),
    write(name, text) {
      const file = path.join(work, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    },
    async [Symbol.asyncDispose]() {
      for (const session of opened) {
        // Or what it runs would go on.
        await session.stop();
        await session.close();
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const backend = { baseUrl: 'http://127.0.0.1:1/v1', model: 'fake', profile: 'custom', standIn: false };

/** Resolves as soon as `what` gives something; the session's own updates are the clock. */
export function when<T>(session: Session, what: () => T | undefined | false): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  let done = false;
  // A look may act (answer what waits): once it found something, it must not act again.
  const look = () => {
    if (done) return;
    const found = what();
    if (!found) return;
    done = true;
    resolve(found);
  };
  const stop = session.subscribe(look);
  look();
  return promise.finally(stop);
}

export const pending = (session: Session): Promise<Pending> =>
  when(session, () => session.transcript.head.pending[0]);
/** A running command has printed this. */
export const output = (session: Session, text: string) =>
  when(session, () => session.live.some(l => l.type === 'tool.output' && l.text.includes(text)));
