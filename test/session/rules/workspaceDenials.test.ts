/** What a workspace forbids in its own `.ascent/deny.json`: it narrows, whatever the mode, and can do nothing else. */
import { describe, expect, it } from 'vitest';
import { call, reply, scriptedModel } from '../../agent/fakes.ts';
import { pending, type Workshop, workshop } from '../workshop.ts';

const FILE = '.ascent/deny.json';
const run = (id: string, command: string) => call(id, 'run_command', { command });
const write = (id: string, path: string) => call(id, 'write_file', { path, content: 'x\n' });

/** The results of calls in mode `all`, where everything else happens unasked. */
async function results(shop: Workshop, ...calls: ReturnType<typeof call>[]) {
  const session = await shop.start(scriptedModel([[reply({ calls })], [reply({ text: 'Done.' })]]), 'all');
  await session.send('go');
  await session.settled();
  return (await shop.events(session.id)).flatMap(e => (e.type === 'tool.result' ? [e.content] : []));
}

describe('a workspace', () => {
  it('forbids commands, paths and writes to its agents in every mode', async () => {
    await using shop = workshop();
    shop.write('data/a.txt', 'a\n');
    shop.write(FILE, '{"commands": ["git push"], "paths": ["data/**"], "writes": ["gen"]}');
    const [push, hidden, read, generated, plain] = await results(
      shop,
      run('a', 'git push origin main'),
      run('b', 'env git -C . push'),
      call('c', 'read_file', { path: 'data/a.txt' }),
      write('d', 'gen/x.txt'),
      run('e', 'echo fine > x'),
    );
    for (const refused of [push, hidden, read, generated]) expect(refused).toContain('It is forbidden');
    expect(plain).not.toContain('It is forbidden');
    expect(shop.read('x')).toBe('fine\n');
  });

  it.each([
    'nonsense',
    '[]',
    '{"commands": "git push"}',
    '{"allow": ["rm -rf"]}',
    '{"commands": ["git push && x"]}',
    '{"paths": [" "]}',
  ])('that forbids what is not understood makes everything ask: %s', async text => {
    await using shop = workshop();
    shop.write(FILE, text);
    const session = await shop.start(
      scriptedModel([[reply({ calls: [run('a', 'echo x > x')] })], []]),
      'all',
    );
    await session.send('go');
    const asked = await pending(session);
    const reasons = asked.kind === 'approval' ? asked.reasons.join(' ') : '';
    expect(reasons).toMatch(/deny\.json forbids cannot be understood.+Mend or delete that file/);
  });

  it('has a change of the file count at once', async () => {
    await using shop = workshop();
    shop.write(FILE, '{"commands": ["touch"]}');
    const [first] = await results(shop, run('a', 'touch x'));
    expect(first).toContain('It is forbidden');
    shop.write(FILE, '{"commands": []}');
    const [second] = await results(shop, run('a', 'touch x'));
    expect(second).not.toContain('It is forbidden');
  });
});
