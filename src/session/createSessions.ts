/** The sessions of a state directory: opens their logs, folds them, and puts an open session together. */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Toolbox } from '../agent/seams.ts';
import { systemPrompt } from '../agent/systemPrompt.ts';
import { codePath } from '../host/command/commandEnvironment.ts';
import type { Access } from '../protocol/access.ts';
import type { NewEvent } from '../protocol/events.ts';
import { createBashParser } from '../safety/commands/bashParser.ts';
import { createPolicy, type PolicyOptions } from '../safety/policy.ts';
import { createTools, declarations } from '../tools/catalog.ts';
import type { Tool } from '../tools/tool.ts';
import { createTaking } from './checkpoints/taking.ts';
import { dayOf } from './day.ts';
import { realDisk } from './disk.ts';
import { SessionError } from './error.ts';
import { type EventLog, openLog } from './eventLog.ts';
import { createFollowedSession } from './followedSession.ts';
import { IMPORTED_READ_ONLY, isImported } from './ids.ts';
import { instructionNotices, shownInstructions } from './instructions.ts';
import { createLiveSession } from './liveSession.ts';
import { acquireLock, type Holder } from './lock.ts';
import { logReader } from './logReader.ts';
import { onlyLooks } from './onlyLooks.ts';
import { listenForRequests } from './requests.ts';
import { createPlanVeto, type PlanVeto } from './rules/planVeto.ts';
import { createRuleStore } from './rules/ruleStore.ts';
import { createRuling, type Ruling } from './rules/ruling.ts';
import { type SessionPaths, sessionFiles } from './sessionFiles.ts';
import { newId } from './sessionId.ts';
import type { Session, Sessions, SessionsOptions } from './sessions.ts';
import { SessionState } from './state.ts';

/** The longest a command may ask for. Seconds. */
const MAX_COMMAND_SECONDS = 3600;

export function createSessions(options: SessionsOptions): Sessions {
  const { host, now } = options;
  const files = sessionFiles(options.stateDir);
  const parser = createBashParser(options.loadWasm);
  const rules = createRuleStore(options.stateDir, now);

  async function open(
    id: string,
    paths: SessionPaths,
    opening?: OpeningEvent,
    notices: readonly NewEvent[] = [],
  ): Promise<Session> {
    const lock = await acquireLock(realDisk, paths.lock, options.holder);
    if ('heldBy' in lock) return follow(id, paths, lock.heldBy);
    let log: EventLog | undefined;
    try {
      log = await openLog(paths.directory, { now, write: true });
      const state = new SessionState();
      const veto = createPlanVeto(host, () => state.mode);
      const ruling = createRuling(state, rules, host);
      const tools = createTools({
        host: veto.host,
        seen: state.seen,
        memory: state.memory,
        spoolDir: paths.spool,
        maxCommandSeconds: MAX_COMMAND_SECONDS,
      });
      for (const event of log.events) state.apply(event);
      if (opening) state.apply(await log.append(opening(tools), 'synced'));
      for (const notice of [...noticesOf(log), ...notices]) state.apply(await log.append(notice, 'buffered'));
      return createLiveSession(
        {
          id,
          state,
          writer: log,
          lock,
          listen: on => listenForRequests(realDisk, paths.lock, lock.number, on),
          tools: toolbox(tools, state),
          decide: decider(state, paths, ruling, veto),
          ruling,
          spentOn: files.spentOn,
          taking: takingOf(id, state, paths),
        },
        options,
      );
    } catch (error) {
      await log?.close();
      await lock.release();
      throw error;
    }
  }

  async function follow(id: string, paths: SessionPaths, holder: Holder): Promise<Session> {
    const state = new SessionState();
    const parts = {
      id,
      paths,
      holder,
      state,
      reader: logReader(paths.directory),
      taking: takingOf(id, state, paths),
    };
    return createFollowedSession(parts, options);
  }

  const takingOf = (session: string, state: SessionState, paths: SessionPaths) =>
    createTaking({
      stateDir: options.stateDir,
      session,
      roots: () => host.roots,
      fold: state.checkpoints,
      onlyLooks: onlyLooks(policyOptions(state, paths)),
    });

  function policyOptions(state: SessionState, paths: SessionPaths): PolicyOptions {
    return {
      roots: host.roots,
      platform: host.platform,
      home: homedir(),
      resolve: path => host.resolve(path),
      stat: path => host.stat(path),
      list: path => host.list(path),
      repository: directory => host.repository(directory),
      readable: [paths.spool],
      own: bothNames(options.stateDir),
      editedByAgent: () => state.edited,
      searchPath: codePath(process.env),
      parser,
      sandbox: () => host.sandbox(),
    };
  }

  function decider(state: SessionState, paths: SessionPaths, ruling: Ruling, veto: PlanVeto) {
    const policy = createPolicy(policyOptions(state, paths));
    return async (access: readonly Access[], edited?: readonly string[]) => {
      const decision = await policy.decide(access, { ...(await ruling.now()), ...(edited && { edited }) });
      veto.note(access, decision);
      return decision;
    };
  }

  return {
    rules,
    list: () => files.list(),
    spentToday: () => files.spentOn(dayOf(now())),
    async read(id) {
      const log = await openLog(files.paths(id).directory, { write: false });
      return [...log.events];
    },
    async start({ backend, mode }) {
      const id = newId(now());
      const text = await options.instructions();
      const { roots, platform } = host;
      const day = new Date(now()).toISOString().slice(0, 10);
      const instructions = text === undefined ? undefined : shownInstructions(text);
      const opening: OpeningEvent = tools => ({
        type: 'session.started',
        version: 1,
        id,
        roots: [...roots],
        backend,
        mode,
        systemPrompt: systemPrompt({ roots, platform, instructions, day }),
        tools: declarations(tools),
      });
      const { stateDir } = options;
      const root = roots[0];
      const notices = root && text ? await instructionNotices({ stateDir, root, text }) : [];
      return open(id, await files.create(id), opening, notices);
    },
    async open(id) {
      if (isImported(id)) throw new SessionError('readOnly', IMPORTED_READ_ONLY);
      if (!(await files.exists(id))) throw new SessionError('notFound', `There is no session ${id}.`);
      return open(id, files.paths(id));
    },
  };
}

/** A directory as it is called and as it really is. */
function bothNames(directory: string): string[] {
  try {
    return [directory, realpathSync(directory)];
  } catch {
    return [directory];
  }
}

type OpeningEvent = (tools: readonly Tool[]) => Extract<NewEvent, { type: 'session.started' }>;

/** The tools as they are now, under the declarations with which the session began: its requests keep their bytes. */
function toolbox(tools: readonly Tool[], state: SessionState): Toolbox {
  const byName = new Map(tools.map(tool => [tool.name, tool]));
  return { declarations: state.tools, get: name => byName.get(name) };
}

/** What opening found out about the log that people should know; recorded, so that it is said once. */
function* noticesOf({ events, gaps }: EventLog): Generator<NewEvent> {
  const lost = gaps.reduce((sum, gap) => sum + gap.lost, 0);
  if (gaps.length === 0 || events.some(e => e.type === 'notice' && e.code === noticeCode(lost, gaps.length)))
    return;
  yield {
    type: 'notice',
    level: 'warning',
    code: noticeCode(lost, gaps.length),
    text: `Part of this session's log was damaged: about ${lost} records are missing. Everything else is here.`,
  };
}
const noticeCode = (lost: number, gaps: number) => `gap:${lost}:${gaps}`;
