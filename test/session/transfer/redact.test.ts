/** Canaries: secrets put into every place of a session, written in every way, and looked for in what leaves. */
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/protocol/events.ts';
import { secretsOf } from '../../../src/session/transfer/knownSecrets.ts';
import { createRedactor } from '../../../src/session/transfer/redact.ts';

const KEY = 'Qx7-canary_9fK2/mZ81+vL0pR4tY6uW3sB5nH';
const redactor = (known: string[] = [KEY], home = '/home/alice') => createRedactor({ known, home });
const letters = (text: string) => text.replace(/[^A-Za-z0-9]/g, '');

/** No eleven letters in a row of the secret, or of its base64 or hex, are in the text. */
function expectNothingOf(secret: string, text: string): void {
  const bytes = Buffer.from(secret);
  const ways = [secret, bytes.toString('base64'), bytes.toString('hex')].map(letters);
  const bare = letters(text);
  for (const way of ways)
    for (let at = 0; at + 12 <= way.length; at++)
      expect(bare.includes(way.slice(at, at + 12)), `${way.slice(at, at + 12)} in ${text}`).toBe(false);
}

describe('a known secret', () => {
  const bytes = Buffer.from(KEY);
  const hex = bytes.toString('hex');
  const half = KEY.length / 2;
  const ways: Record<string, string> = {
    plain: `key=${KEY};`,
    'in quotes with escapes': JSON.stringify(JSON.stringify({ a: KEY })),
    base64: `data: ${bytes.toString('base64')}`,
    base64url: bytes.toString('base64url'),
    'base64 of a header, shifted by one': Buffer.from(`x${KEY}`).toString('base64'),
    'base64 of a header, shifted by two': Buffer.from(`xx${KEY}:y`).toString('base64'),
    'base64 in lines': bytes.toString('base64').replace(/(.{16})/g, '$1\n'),
    hex,
    'hex in capitals': hex.toUpperCase(),
    'hex dump': hex.replace(/(..)/g, '$1 '),
    'hex with colons': hex.replace(/(..)(?=.)/g, '$1:'),
    'bytes of C': [...bytes].map(b => `0x${b.toString(16).padStart(2, '0')}`).join(', '),
    'escapes of a shell': [...bytes].map(b => `\\x${b.toString(16).padStart(2, '0')}`).join(''),
    'percent-encoded': `https://x/?q=${encodeURIComponent(KEY)}`,
    'split over lines': `${KEY.slice(0, half)}\n${KEY.slice(half)}`,
    'split over numbered lines': `12\t  "${KEY.slice(0, 10)}" +\n13\t  "${KEY.slice(10)}"`,
    'split in a diff': `+const a = '${KEY.slice(0, half)}' +\n+  '${KEY.slice(half)}';`,
    'split by an escaped line end': `${KEY.slice(0, half)}\\n${KEY.slice(half)}`,
    'its first part': KEY.slice(0, 16),
    'its last part': KEY.slice(-16),
    'part of its base64': bytes.toString('base64').slice(3, 30),
  };
  it.each(Object.entries(ways))('%s', (_name, text) => {
    const { text: redact, left } = redactor();
    const shown = redact(`before ${text} after`);
    expectNothingOf(KEY, shown);
    expect(shown).toMatch(/^before .*\[secret 1\].* after$/s);
    expect(left.secrets).toBe(1);
  });

  it('has one number, whichever way it is written; another has another', () => {
    const { text, left } = redactor([KEY, 'second-canary-value-77']);
    // The last sign of base64 holds what is not the secret's as well.
    expect(text(`${KEY} ${bytes.toString('base64')} second-canary-value-77 ${hex}`)).toMatch(
      /^\[secret 1\] \[secret 1\].?= \[secret 2\] \[secret 1\]$/,
    );
    expect(left).toEqual({ secrets: 2, places: 4 });
  });

  it('that is a word, or none, hides nothing', () => {
    const { text } = redactor(['EMPTY', '', 'any', '---']);
    const plain = 'Any EMPTY list --- is any list';
    expect(text(plain)).toBe(plain);
  });
});

describe('a secret that nobody told us of', () => {
  const pem = [
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    ...Array.from({ length: 6 }, (_, i) => `${i}canaryKEYline`.padEnd(64, 'aB3/')),
    '-----END OPENSSH PRIVATE KEY-----',
  ];
  const value = 'c4n4ryV4lue9zK2';
  const texts: Record<string, string> = {
    OpenAI: 'sk-proj-c4n4ryV4lue9zK2abcDEF',
    OpenRouter: `sk-or-v1-${'c4n4ryV4lue9zK2'.repeat(4)}`,
    GitHub: `ghp_${'c4n4ryV4lue9zK2'.repeat(3).slice(0, 36)}`,
    'GitHub, fine-grained': `github_pat_${'c4n4ryV4lue9zK2'.repeat(5)}`,
    GitLab: 'glpat-c4n4ryV4lue9zK2abcde',
    AWS: 'AKIAC4N4RYV4LUE9ZK22',
    Google: `AIza${'c4n4ryV4lue9zK2'.repeat(3).slice(0, 35)}`,
    Slack: 'xoxb-123456789012-c4n4ryV4lue9zK2',
    Stripe: 'sk_live_c4n4ryV4lue9zK2',
    npm: `npm_${'c4n4ryV4lue9zK2'.repeat(3).slice(0, 36)}`,
    'Hugging Face': `hf_${'c4n4ryV4lue9zK2'.repeat(3).slice(0, 34)}`,
    JWT: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c4n4ryV4lue9zK2',
    'Authorization header': `Authorization: Bearer ${value}`,
    'Authorization in code': `headers: { 'Authorization': "Token ${value}" }`,
    'basic auth': `curl -H 'authorization: Basic ${value}=='`,
    'x-api-key': `x-api-key: ${value}`,
    cookie: `Set-Cookie: session=${value}; HttpOnly`,
    'password in a URL': `postgres://shop:${value}@db.example/shop`,
    'token in a query': `https://x.example/?access_token=${value}&b=1`,
    'env file': `DB_PASSWORD=${value}\nDEBUG=1`,
    'env file, numbered': `3\tGITHUB_TOKEN="${value}"`,
    export: `export STRIPE_API_KEY='${value}'`,
    YAML: `database:\n  password: ${value}\n`,
    JSON: `{"client_secret": "${value}"}`,
    'JSON in JSON': JSON.stringify(JSON.stringify({ apiKey: value, b: 1 })),
    code: `const dbPassword = '${value}';`,
    'AWS file': `aws_secret_access_key = ${value}`,
    netrc: `machine api.example login bob password ${value}`,
    option: `mysql --password=${value} shop`,
    'private key': pem.join('\n'),
    'private key, numbered': pem.map((line, i) => `${i + 1}\t${line}`).join('\n'),
    'private key in a diff': pem.map(line => `+${line}`).join('\n'),
    'private key in JSON': JSON.stringify({ key: pem.join('\n') }),
    'private key, its end cut off': pem.slice(0, 4).join('\n'),
    'private key, its beginning cut off': pem.slice(3).join('\n'),
  };
  it.each(Object.entries(texts))('%s', (_name, text) => {
    const { text: redact, left } = redactor([]);
    const shown = redact(`one\n${text}\ntwo`);
    expect(shown).not.toMatch(/c4n4ry|C4N4RY|canaryKEY|eyJ/);
    expect(shown).toMatch(/^one\n[\s\S]*\[secret 1\][\s\S]*\ntwo$/);
    expect(left.secrets).toBe(1);
  });

  it.each([
    'const password = readPassword();',
    'password: string',
    'apiKey: process.env.ASCENT_API_KEY,',
    'API_KEY=$OTHER_KEY',
    'export GITHUB_TOKEN=\x24{TOKEN}',
    'the token count is 1234567890 and the key is pressed',
    'const tokenKinds = { token: "identifier" };',
    'https://example.com/a?b=c',
    'Authorization: Bearer \x24{key}',
    'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'PASSWORD=***',
    'if (node.key === other.key) return secretary;',
  ])('but not what only looks like one: %s', text => {
    const { text: redact } = redactor([]);
    expect(redact(text)).toBe(text);
  });

  it('of the environment is known by its name', () => {
    const env = {
      MY_TOKEN: 'longEnoughValue1',
      PATH: '/usr/bin:/bin',
      SSH_KEY: '/home/a/.ssh/id',
      A_PASS: 'short',
    };
    expect(secretsOf(env)).toEqual(['longEnoughValue1']);
  });
});

describe('a session', () => {
  const at = { seq: 1, at: 1 };
  const events: SessionEvent[] = [
    {
      type: 'session.started',
      ...at,
      version: 1,
      id: 's',
      roots: ['/home/alice/shop'],
      backend: { baseUrl: `https://u:${KEY}@host.example/v1`, model: 'm', profile: 'p', standIn: false },
      mode: 'ask',
      systemPrompt: `Folders: /home/alice/shop. ${KEY}`,
      tools: [{ name: 't', description: KEY, parameters: { [KEY]: { default: KEY } } }],
    },
    {
      type: 'user.message',
      ...at,
      turn: 't',
      text: `use ${KEY}`,
      context: [{ label: 'a', text: KEY }],
      steer: false,
    },
    {
      type: 'assistant.message',
      ...at,
      turn: 't',
      step: 1,
      message: {
        role: 'assistant',
        reasoning: KEY,
        reasoningDetails: [{ text: KEY }],
        text: KEY,
        toolCalls: [
          { id: 'c', name: 'write_file', arguments: JSON.stringify({ path: 'a', password: 'hunter2!x' }) },
          { id: 'd', name: 'write_file', arguments: `{"path": "${KEY}` },
        ],
      },
      usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 1 },
      contextWindow: 1,
      timing: { firstTokenMs: 1, thinkingMs: 1, totalMs: 1 },
    },
    {
      type: 'tool.result',
      ...at,
      callId: 'c',
      isError: false,
      content: KEY,
      durationMs: 1,
      display: {
        kind: 'diff',
        files: [
          {
            path: '/home/alice/x',
            change: 'modified',
            hunks: `@@ -1 +1 @@\n-${KEY}\n+b`,
            added: 1,
            removed: 1,
          },
        ],
      },
    },
  ];

  it('leaves without its secrets, in every field of every event, and is still a session', async () => {
    const { event, left } = redactor();
    const shown = events.map(event);
    const text = JSON.stringify(shown);
    expectNothingOf(KEY, text);
    expect(text).not.toMatch(/alice|hunter2/);
    expect(left.secrets).toBe(2);
    const { SessionEvent: schema } = await import('../../../src/protocol/events.ts');
    for (const e of shown) expect(schema.parse(e)).toEqual(e);
    expect(shown[0]).toMatchObject({ roots: ['~/shop'] });
    expect(JSON.stringify(events)).toContain(KEY);
  });

  it('keeps the bytes of arguments that hold nothing', () => {
    const args = '{ "path" :"src/a.ts",  "n":1.0 }';
    const e = structuredClone(events[2]!) as Extract<SessionEvent, { type: 'assistant.message' }>;
    e.message.toolCalls = [{ id: 'c', name: 'x', arguments: args }];
    const shown = redactor([]).event(e) as typeof e;
    expect(shown.message.toolCalls[0]!.arguments).toBe(args);
  });
});

describe('the home folder', () => {
  it.each([
    [
      '/home/alice',
      '/home/alice/a /home/alice, file:///home/alice/b /home/alicea /mnt/home/alice',
      '~/a ~, file://~/b /home/alicea /mnt/home/alice',
    ],
    ['C:\\Users\\alice', 'C:\\Users\\alice\\a c:/users/alice/b', '~\\a ~/b'],
    ['/', '/a', '/a'],
  ])('%s', (home, text, shown) => {
    expect(redactor([], home).text(text)).toBe(shown);
  });
});

it('does not stand still on the worst of texts', () => {
  const worst = [
    'password='.repeat(20_000),
    '-----BEGIN PRIVATE KEY-----\n'.repeat(8_000),
    `${'-----END PRIVATE KEY-----\n'.repeat(8_000)}`,
    'A'.repeat(200_000),
    'eyJa-'.repeat(40_000),
    'a://'.repeat(50_000),
    `${KEY.slice(0, 12)} `.repeat(15_000),
    'A_'.repeat(100_000),
  ];
  // Were it quadratic, these 200,000 characters would meet the limit of a test.
  for (const text of worst) expect(redactor().text(text).length).toBeGreaterThan(0);
});
