/**
 * Secrets that nobody told us of, by the shapes that keys have and by the places where secrets stand. Text may be JSON
 * in JSON: before a quote there may be backslashes. What looks like a reference (`$TOKEN`, `process.env.KEY`) stays.
 * Every pattern is bounded, so that no text makes the search slow.
 */
import { privateKeys } from './privateKeys.ts';

/** A secret's place in a text. */
export interface Span {
  start: number;
  end: number;
}

/** Whole keys, told by their own beginning. */
const KEYS: readonly RegExp[] = [
  // OpenAI, Moonshot, OpenRouter, Anthropic, DeepSeek and all who copied them
  /\bsk-[A-Za-z0-9_-]{16,400}/g,
  /\b(?:sk|rk|pk|whsec)_(?:live|test|prod)_[A-Za-z0-9]{10,200}/g,
  /\bgh[pousr]_[A-Za-z0-9]{30,255}/g,
  /\bgithub_pat_[A-Za-z0-9_]{40,255}/g,
  /\bgl(?:pat|ptt|dt|rt|cbt)-[A-Za-z0-9_-]{20,100}/g,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  /\bAIza[A-Za-z0-9_-]{35}/g,
  /\bya29\.[A-Za-z0-9_-]{20,500}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,300}/g,
  /\bxapp-\d-[A-Za-z0-9-]{10,300}/g,
  /\bhooks\.slack\.com\/services\/[A-Za-z0-9/_-]{20,100}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\bpypi-[A-Za-z0-9_-]{50,500}/g,
  /\bhf_[A-Za-z0-9]{30,60}\b/g,
  /\bnvapi-[A-Za-z0-9_-]{30,100}/g,
  /\b(?:gsk|xai|fw|tgp_v1|r8)_[A-Za-z0-9_-]{30,120}/g,
  /\bdo[opr]_v1_[a-f0-9]{64}\b/g,
  /\bSG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{30,60}/g,
  /\bAGE-SECRET-KEY-1[A-Z0-9]{50,70}/g,
  /\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b/g,
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{0,2000}/g,
];

const QUOTE = String.raw`\\{0,8}["'\`]`;
const SEPARATOR = String.raw`(?:${QUOTE})?\s{0,3}(?:=>|:=|[=:])\s{0,3}`;
const NAMES = [
  'pass(?:word|wd|phrase)',
  '(?:client|shared|signing|webhook|session|jwt|app)[_-]?secret',
  'secret',
  '(?:api|access|secret|private|auth|encryption|signing|master|account|subscription|deploy)[_-]?(?:access[_-]?)?key',
  '(?:access|auth|refresh|bearer|id|api|session|bot|csrf|security|personal)[_-]?token',
].join('|');

/** Places where a secret stands, as group `v`. */
const PLACES: readonly RegExp[] = [
  // MY_TOKEN=value, "MY_KEY": "value"
  new RegExp(
    String.raw`(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]{0,60}?(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|_KEY|APIKEY|_PWD|_PASS|_AUTH)${SEPARATOR}(?:${QUOTE})?(?<v>[^\s"'\`\\,;(){}<>$[\]]{6,500})`,
    'g',
  ),
  // dbPassword: "value"
  new RegExp(String.raw`(?:${NAMES})${SEPARATOR}${QUOTE}(?<v>[^\s"'\`\\]{6,500})(?=\\{0,8}["'\`])`, 'gi'),
  // password=value, secret_access_key: value; a word or a type is none
  new RegExp(
    String.raw`(?:${NAMES})\s{0,3}[=:]\s{0,3}(?<v>(?=[^\s"'\`\\,;(){}<>$[\]]{0,400}\d)[^\s"'\`\\,;(){}<>$[\]]{6,500})`,
    'gi',
  ),
  // token: "value", where the value has digits and letters
  new RegExp(
    String.raw`\btoken${SEPARATOR}${QUOTE}(?<v>(?=[^"'\`\\]{0,400}\d)(?=[^"'\`\\]{0,400}[A-Za-z])[A-Za-z0-9._~+/=-]{12,500})(?=\\{0,8}["'\`])`,
    'gi',
  ),
  new RegExp(
    String.raw`\bauthorization${SEPARATOR}(?:${QUOTE})?(?:(?:bearer|basic|token|apikey|key|bot|digest)\s{1,3})?(?<v>[^\s"'\`\\,;$<{]{6,4000})`,
    'gi',
  ),
  /\bbearer\s{1,3}(?<v>[A-Za-z0-9._~+/-]{16,4000}={0,2})/gi,
  new RegExp(
    String.raw`\b(?:x-)?(?:api-key|auth-token|access-token|goog-api-key|amz-security-token|auth-key)${SEPARATOR}(?:${QUOTE})?(?<v>[^\s"'\`\\,;$<{]{8,4000})`,
    'gi',
  ),
  new RegExp(
    String.raw`\b(?:set-)?cookie${SEPARATOR}(?:${QUOTE})?(?<v>[A-Za-z0-9_.-]{1,100}=[^\r\n"'\`\\]{4,4000})`,
    'gi',
  ),
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'\\]{0,100}:(?<v>[^\s/@"'\\$<{]{1,200})@/gi,
  /[?&](?:access_token|token|api_?key|key|sig|signature|secret|password)=(?<v>[^&\s"'\\#$<{]{8,2000})/gi,
  /\bmachine\s{1,3}\S{1,200}\s{1,3}login\s{1,3}\S{1,200}\s{1,3}password\s{1,3}(?<v>\S{1,200})/g,
  /--(?:password|passwd|token|api-key|secret|access-token)[= ]\s{0,3}(?:\\{0,8}["'])?(?<v>[^\s"'\\$<{]{4,500})/g,
];

/** What stands in such a place and is none. */
const HARMLESS =
  /^(?:\[secret|bearer$|basic$|process\.|os\.|env\.|self\.|this\.|config\.|import\.|string$|number$|boolean$|unknown$|undefined$|null$|none$|true$|false$|x+$|\*+$|\.+$|-+$)/i;

/** May overlap; in no order. */
export function secretShapes(text: string): Span[] {
  const found = privateKeys(text);
  for (const pattern of KEYS)
    for (const { index, 0: all } of text.matchAll(pattern))
      found.push({ start: index, end: index + all.length });
  for (const pattern of PLACES)
    for (const { index, 0: all, groups } of text.matchAll(pattern)) {
      const value = groups!.v!;
      const start = index + all.lastIndexOf(value);
      const end = start + value.length;
      // A call or a property is code, not a value.
      if (!HARMLESS.test(value) && !/[([]/.test(text[end] ?? '')) found.push({ start, end });
    }
  return found;
}
