import { describe, expect, it } from 'vitest';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { readInstructions } from '../../src/session/instructions.ts';
import { reply, scriptedModel } from '../agent/fakes.ts';
import { workshop } from './workshop.ts';

describe('the instructions of a workspace', () => {
  it('are the model’s as people see them; a session says when they changed, with their hashes', async () => {
    await using shop = workshop();
    let text: string | undefined = 'Use tabs.';
    const told: string[] = [];
    const start = async () => {
      const model = scriptedModel([[reply({ text: 'Done.' })]]);
      const session = await shop.start(model, 'ask', { instructions: async () => text });
      await session.send('go');
      await session.settled();
      told.push(JSON.stringify(model.requests[0]));
      return session.transcript.items.filter(item => item.kind === 'notice').map(item => item.text);
    };
    expect(await start()).toEqual([]);
    expect(await start()).toEqual([]);
    text = 'Use spaces.';
    expect(await start()).toEqual([
      expect.stringMatching(/^AGENTS\.md has changed .*sha256 [\da-f]{16}, before [\da-f]{16}/),
    ]);
    expect(await start()).toEqual([]);
    text = 'Use\u200b \u{e0061}spaces.\u202e';
    const [hidden, changed] = await start();
    expect(hidden).toContain('invisible characters');
    expect(changed).toContain('has changed');
    expect(told.at(-1)).toContain('Use\\\\u{200b} \\\\u{e0061}spaces.\\\\u{202e}');
    text = undefined;
    expect(await start()).toEqual([]);
  });

  it('are cut where they are long, and named where they cannot be read: the model and the person are told', async () => {
    await using shop = workshop();
    const host = createNodeHost({ roots: [shop.work] });
    const notices = async () => {
      const model = scriptedModel([[reply({ text: 'Done.' })]]);
      const session = await shop.start(model, 'ask', { host, instructions: () => readInstructions(host) });
      await session.send('go');
      await session.settled();
      const texts = session.transcript.items.flatMap(item => (item.kind === 'notice' ? [item.text] : []));
      return { texts: texts.join('\n'), told: JSON.stringify(model.requests[0]) };
    };
    shop.write('AGENTS.md', `first\n${'é'.repeat(99)}\n`.repeat(300));
    const long = await notices();
    expect(long.texts).toContain('AGENTS.md is longer than 32 kB.');
    expect(long.told).toContain('[AGENTS.md is cut here: it has 62 kB, and 32 kB are given.');
    shop.write('AGENTS.md', 'a\u0000b');
    const binary = await notices();
    expect(binary.texts).toContain('AGENTS.md cannot be read as text.');
    expect(binary.told).toContain('[AGENTS.md cannot be read as text');
  });
});
