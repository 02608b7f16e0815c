/** The rules that hold in one open session: those of its log, the kept ones of its folders, and what these forbid themselves. */
import type { Host } from '../../host/host.ts';
import type { Effect } from '../../protocol/access.ts';
import type { HeldRule, Offer } from '../../protocol/approvals.ts';
import type { NewEvent } from '../../protocol/events.ts';
import type { Now } from '../../safety/decision.ts';
import type { SessionState } from '../state.ts';
import type { RuleStore } from './ruleStore.ts';
import { workspaceDenials } from './workspaceDenials.ts';

export interface Ruling {
  /** What holds at this moment, also of what another window has added or removed since. */
  now(): Promise<Now>;
  /** Keeps what a person granted. False when it could not be kept; that is recorded. */
  keep(offer: Offer, record: (event: NewEvent) => Promise<void>): Promise<boolean>;
  /** To be awaited before a call's effects happen: rules whose ground they change hold no more. */
  before(callId: string, effects: readonly Effect[]): Promise<void>;
}

/** Real paths of the workspace's folders: what kept rules are keyed by. */
export function rootsOf(host: Pick<Host, 'roots' | 'resolve'>): Promise<string[]> {
  return Promise.all(host.roots.map(root => host.resolve(root).catch(() => root)));
}

export function createRuling(
  state: SessionState,
  store: RuleStore,
  host: Pick<Host, 'roots' | 'resolve' | 'stat' | 'read'>,
): Ruling {
  const denials = workspaceDenials(host);
  return {
    async now() {
      const [stored, own, roots] = await Promise.all([store.list(), denials(), rootsOf(host)]);
      const broken = stored.broken ?? own.broken;
      const kept = stored.rules.filter(({ root }) => root === undefined || roots.includes(root));
      return { mode: state.mode, rules: [...state.rules, ...kept, ...own.rules], ...(broken && { broken }) };
    },
    async keep({ destination, rule }, record) {
      if (destination === 'session') return true;
      try {
        if (destination === 'user') await store.add(rule, { destination });
        else for (const root of await ownRoots(rule, host)) await store.add(rule, { destination, root });
        return true;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const text = `The rule could not be kept (${why}). It was allowed once.`;
        await record({ type: 'notice', level: 'warning', code: 'ruleNotKept', text });
        return false;
      }
    },
    async before(callId, effects) {
      for (const effect of effects)
        if (effect.kind === 'file' || !state.unasked.has(callId)) await store.suspend(effect);
    },
  };
}

/** The folder that a rule names itself, else every one. */
async function ownRoots(rule: HeldRule['rule'], host: Pick<Host, 'roots' | 'resolve'>): Promise<string[]> {
  const roots = await rootsOf(host);
  const within = rule.kind === 'argv' ? rule.within : undefined;
  return within !== undefined && roots.includes(within) ? [within] : roots;
}
