/** What may stand as a backend's address. Keys are bound to its origin. */

/** Stands for the embedded, scripted backend: nothing leaves the process. What follows the colon are its options. */
export const STAND_IN_URL = 'standin:';
export const isStandIn = (baseUrl: string) => baseUrl.startsWith(STAND_IN_URL);

/** What is wrong with a base URL, as a sentence for people; undefined when it can be used. */
export function baseUrlProblem(text: string): string | undefined {
  if (isStandIn(text)) return undefined;
  if (!URL.canParse(text)) return 'It is not a URL. Example: https://api.moonshot.ai/v1';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return 'It must begin with https:// (or http:// on this machine).';
  if (url.username || url.password)
    return 'It must not contain a user name or password. Use "Ascent: Set API Key" for the key.';
  if (url.search || url.hash) return 'It must not contain "?" or "#".';
  if (url.protocol === 'http:' && !isLoopback(url))
    return 'http:// is allowed only for this machine (localhost); use https:// for any other.';
  return undefined;
}

/** Scheme, host and port of a usable base URL; undefined for the stand-in, which has none. */
export function originOf(baseUrl: string): string | undefined {
  if (baseUrlProblem(baseUrl) !== undefined || isStandIn(baseUrl)) return undefined;
  return new URL(baseUrl).origin;
}

/** `URL` has already brought every spelling of an IPv4 address into four decimal numbers. */
function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
