/**
 * The `ascent.*` settings, checked. Only what the person set for themselves counts: a workspace must not be able to
 * redirect the key, widen approvals or raise limits, so its values are never read.
 */
import type { SandboxUse } from '../host/sandbox/sandbox.ts';
import { ApprovalMode } from '../protocol/approvals.ts';
import type { Backend } from '../protocol/events.ts';
import type { Limits } from '../session/sessions.ts';
import { baseUrlProblem, isStandIn, STAND_IN_URL } from './baseUrl.ts';

export interface Settings {
  /** `model` is empty where nobody named one: what the backend serves is taken. */
  backend: Backend;
  mode: ApprovalMode;
  limits: Limits;
  /** Whether a run that the window cut short goes on by itself or asks first. */
  resume: 'auto' | 'ask';
  /** Whether commands run in a sandbox, and whether they reach the network there unasked. */
  sandbox: { use: SandboxUse; network: boolean };
}

export interface SettingsSource {
  /** The person's own value of `ascent.<name>`, or the default. */
  value(name: string): unknown;
  env: Record<string, string | undefined>;
  /** Names of the known backend profiles, and which one fits a base URL when none is named. */
  profiles: { names: readonly string[]; guess(baseUrl: string): string };
}

export const DEFAULT_MODEL = 'kimi-k2-thinking';
const DEFAULT_STEPS = 300;
const MOST_STEPS = 10_000;

const standIn = (baseUrl: string): Backend => ({
  baseUrl,
  model: DEFAULT_MODEL,
  profile: 'standin',
  standIn: true,
});

/** Every malformed value gives one complaint that names the setting, and its safe default. */
export function readSettings(source: SettingsSource): { settings: Settings; complaints: string[] } {
  const complaints: string[] = [];
  const complain = (name: string, text: string) => complaints.push(`Setting ascent.${name}: ${text}`);
  const limit = (name: string) => amount(source.value(name), text => complain(name, text));
  const settings: Settings = {
    backend: readBackend(source, complain),
    mode: oneOf(source.value('approvals'), ApprovalMode.options, 'ask', text => complain('approvals', text)),
    limits: {
      maxSteps: wholeNumber(source.value('maxSteps'), text => complain('maxSteps', text)),
      maxCost: limit('maxCost'),
      maxCostPerTurn: limit('maxCostPerTurn'),
      maxCostPerDay: limit('maxCostPerDay'),
    },
    resume: oneOf(source.value('resume'), ['auto', 'ask'], 'auto', text => complain('resume', text)),
    sandbox: {
      use: oneOf(source.value('sandbox'), ['off', 'whenAvailable', 'required'], 'whenAvailable', text =>
        complain('sandbox', text),
      ),
      network: onlyIfTrue(source.value('sandboxNetwork'), text => complain('sandboxNetwork', text)),
    },
  };
  return { settings, complaints };
}

function readBackend(source: SettingsSource, complain: (name: string, text: string) => void): Backend {
  const { env, profiles } = source;
  const text = (name: string, variable: string): string => {
    const value = source.value(name) ?? '';
    if (typeof value !== 'string') complain(name, 'It must be text. It is ignored.');
    const own = typeof value === 'string' ? value.trim() : '';
    return own || (env[variable] ?? '').trim();
  };

  const baseUrl = text('backend.baseUrl', 'ASCENT_BASE_URL');
  if (!baseUrl || isStandIn(baseUrl)) return standIn(baseUrl || STAND_IN_URL);
  const problem = baseUrlProblem(baseUrl);
  if (problem) {
    complain('backend.baseUrl', `${problem} The stand-in backend is used until it is mended.`);
    return standIn(STAND_IN_URL);
  }

  const guessed = profiles.guess(baseUrl);
  const named = text('backend.profile', 'ASCENT_PROFILE');
  const known = !named || profiles.names.includes(named);
  if (!known)
    complain(
      'backend.profile',
      `"${named}" is not known; ${guessed} is used. Known: ${profiles.names.join(', ')}.`,
    );
  return {
    baseUrl: baseUrl.replace(/\/+$/, ''),
    model: text('backend.model', 'ASCENT_MODEL'),
    profile: named && known ? named : guessed,
    standIn: false,
  };
}

function oneOf<T extends string>(
  value: unknown,
  options: readonly T[],
  fallback: T,
  complain: (text: string) => void,
): T {
  if (value === undefined || value === null || value === '') return fallback;
  const found = options.find(option => option === value);
  if (!found) complain(`It must be one of ${options.join(', ')}; ${fallback} is used.`);
  return found ?? fallback;
}

function onlyIfTrue(value: unknown, complain: (text: string) => void): boolean {
  if (value !== undefined && value !== null && typeof value !== 'boolean')
    complain('It must be true or false; false is used.');
  return value === true;
}

function wholeNumber(value: unknown, complain: (text: string) => void): number {
  if (value === undefined || value === null) return DEFAULT_STEPS;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_STEPS) return value;
  complain(`It must be a whole number from 1 to ${MOST_STEPS}; ${DEFAULT_STEPS} is used.`);
  return DEFAULT_STEPS;
}

/** A malformed limit must not become "no limit". */
function amount(value: unknown, complain: (text: string) => void): number | undefined {
  if (value === undefined || value === null || value === 0) return undefined;
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  complain(`It must be an amount above 0, or 0 for none; ${FALLBACK_COST} is used.`);
  return FALLBACK_COST;
}
/** In the currency of the price table: small against any real run. */
const FALLBACK_COST = 1;
