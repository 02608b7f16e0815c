/**
 * What is left on an account that was refused for its balance. Moonshot tells it at GET /users/me/balance as
 * `data.available_balance`, in USD on its international platform and in CNY on its Chinese one; nothing is answered
 * any more when it is at or below zero (Moonshot's OpenAPI description, mid-2026).
 */
import { ModelError } from './client.ts';
import { asNumber, asObject } from './json.ts';
import type { Wire } from './openai.ts';
import type { Profile } from './profile.ts';

/** A limit per day has nothing to do with the balance. */
const DAILY = /\bTPD\b|per day|daily/i;

/** The same error, with the balance in its words where the backend tells one. Throws the signal's reason only. */
export async function withBalance(
  error: ModelError,
  { balance: currency }: Profile,
  wire: Wire,
  signal: AbortSignal,
): Promise<ModelError> {
  if (error.kind !== 'quota' || !currency || DAILY.test(error.message)) return error;
  const body = await wire.balance(signal).catch(() => undefined);
  signal.throwIfAborted();
  const left = asNumber(asObject(asObject(body)?.data)?.available_balance);
  if (left === undefined) return error;
  const { status, retryAfterMs } = error;
  const text = `${error.message} The account's balance is ${left.toFixed(2)} ${currency}.`;
  return new ModelError('quota', text, { status, retryAfterMs, cause: error });
}
