/** Where a key may go. Checked once, before anything is sent. */
import { ModelError } from './client.ts';
import { isLoopback } from './profileOf.ts';

/**
 * Throws ModelError unless the address is http(s) without a password in it, and https wherever a key would travel
 * over a network.
 */
export function checkAddress(baseUrl: string, apiKey: string | undefined): URL {
  const url = URL.parse(baseUrl);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new ModelError('badRequest', 'The base URL of the backend is not an http or https address.');
  if (url.username || url.password)
    throw new ModelError(
      'badRequest',
      `The base URL of ${url.host} holds a user name or password. Use an API key.`,
    );
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey))
    throw new ModelError('auth', `The API key for ${url.host} holds characters that no key has.`);
  if (apiKey !== undefined && url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new ModelError('auth', `The API key is not sent to ${url.host} over http: others could read it.`);
  return url;
}
