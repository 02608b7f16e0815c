import { describe, expect, it } from 'vitest';
import { baseUrlProblem } from '../../src/extension/baseUrl.ts';
import { createKeys, type Secrets } from '../../src/extension/keys.ts';

function secrets(): Secrets & { stored: Map<string, string> } {
  const stored = new Map<string, string>();
  return {
    stored,
    get: async name => stored.get(name),
    store: async (name, value) => void stored.set(name, value),
    delete: async name => void stored.delete(name),
  };
}

describe('a key', () => {
  it('belongs to its origin: another path keeps it, another host, port or scheme does not', async () => {
    const keys = createKeys(secrets(), {});
    await keys.set('https://k2.example/v1', 'sk-1');
    expect(await keys.get('https://k2.example/other')).toBe('sk-1');
    for (const other of [
      'https://evil.example/v1',
      'https://k2.example:8443/v1',
      'https://k2.example.evil.example/v1',
      'http://k2.example/v1',
      'standin:',
    ])
      expect(await keys.get(other), other).toBeUndefined();
  });
  it('can be removed', async () => {
    const store = secrets();
    const keys = createKeys(store, {});
    await keys.set('https://k2.example/v1', 'sk-1');
    await keys.set('https://k2.example/v1', undefined);
    expect(store.stored.size).toBe(0);
  });
  it('from the environment goes to the address from the environment alone', async () => {
    const env = { ASCENT_BASE_URL: 'https://k2.example/v1', ASCENT_API_KEY: 'sk-env' };
    const keys = createKeys(secrets(), env);
    expect(await keys.get('https://k2.example/v1')).toBe('sk-env');
    expect(await keys.get('https://evil.example/v1')).toBeUndefined();
    const without = createKeys(secrets(), { ASCENT_API_KEY: 'sk-env' });
    expect(await without.get('https://k2.example')).toBeUndefined();
  });
  it('that was entered wins over the environment', async () => {
    const env = { ASCENT_BASE_URL: 'https://k2.example/v1', ASCENT_API_KEY: 'sk-env' };
    const keys = createKeys(secrets(), env);
    await keys.set('https://k2.example/v1', 'sk-own');
    expect(await keys.get('https://k2.example/v1')).toBe('sk-own');
  });
});

describe('http', () => {
  it.each(['http://localhost:8000/v1', 'http://127.0.0.1:8000', 'http://127.1/v1', 'http://[::1]:8000/v1'])(
    'is fine on this machine: %s',
    url => expect(baseUrlProblem(url)).toBeUndefined(),
  );
  it.each([
    'http://localhost.evil.example',
    'http://10.0.0.1',
    'http://127.0.0.1.evil.example',
    'http://0.0.0.0',
  ])('is refused elsewhere: %s', url => expect(baseUrlProblem(url)).toContain('https://'));
});
