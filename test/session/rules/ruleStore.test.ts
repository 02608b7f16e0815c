/** The files in which rules are kept: several writers, damage, and what an edit takes back. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../src/protocol/approvals.ts';
import { createRuleStore } from '../../../src/session/rules/ruleStore.ts';
import { temporaryDirectory } from '../../temporaryDirectory.ts';

const npmTest: Rule = { kind: 'argv', words: ['npm', 'test'], within: '/ws' };
const inWs = { destination: 'workspace', root: '/ws' } as const;
const edit = (file: string) => ({ kind: 'file' as const, path: file, before: null, after: null });
const open = (state: string, now = () => 1000) => createRuleStore(state, now);

describe('kept rules', () => {
  it('are there for whoever looks next, and gone once they are removed', async () => {
    const state = temporaryDirectory();
    expect(await open(state).list()).toEqual({ rules: [] });
    const kept = await open(state).add(npmTest, inWs);
    expect((await open(state).list()).rules).toEqual([
      { id: kept.id, destination: 'workspace', root: '/ws', rule: npmTest, since: 1000 },
    ]);
    expect(await open(state).remove(kept.id)).toBe(true);
    expect(await open(state).remove(kept.id)).toBe(false);
    expect(await open(state).list()).toEqual({ rules: [] });
  });

  it('hold from the next look on, also for a window that has looked before', async () => {
    const state = temporaryDirectory();
    const [one, other] = [open(state), open(state)];
    expect((await one.list()).rules).toEqual([]);
    const { id } = await other.add(npmTest, { destination: 'user' });
    expect((await one.list()).rules).toMatchObject([{ destination: 'user' }]);
    await other.remove(id);
    expect((await one.list()).rules).toEqual([]);
  });

  it('are suspended when the agent changes what they run, in every window, until they are given anew', async () => {
    const state = temporaryDirectory();
    const store = open(state);
    await store.add(npmTest, inWs);
    await store.add({ kind: 'edits' }, inWs);
    await store.suspend(edit('/ws/src/a.ts'));
    expect((await open(state).list()).rules.every(held => held.changed === undefined)).toBe(true);
    await store.suspend(edit('/ws/package.json'));
    const changed = (await open(state).list()).rules.filter(held => held.changed);
    expect(changed).toMatchObject([{ rule: npmTest, changed: '/ws/package.json' }]);
    await open(state, () => 2000).add(npmTest, inWs);
    const renewed = (await store.list()).rules.find(held => held.rule.kind === 'argv');
    expect(renewed).toMatchObject({ since: 2000 });
    expect(renewed?.changed).toBeUndefined();
  });

  it.each([
    ['no JSON', 'x'],
    ['nothing', ''],
    ['half of it', '{"version":1,"destination":"user","rule":{"kind":"ed'],
    ['another version', '{"version":2,"destination":"user","rule":{"kind":"edits"},"since":1}'],
    ['a rule of another kind', '{"version":1,"destination":"user","rule":{"kind":"everything"},"since":1}'],
    ['a list', '[]'],
  ])('that are damaged (%s) are told, with the file to mend', async (_what, text) => {
    const state = temporaryDirectory();
    const store = open(state);
    const { id } = await store.add(npmTest, inWs);
    const file = path.join(store.directory, `${id}.json`);
    writeFileSync(file, text);
    const { rules, broken } = await open(state).list();
    expect(rules).toEqual([]);
    expect(broken).toContain(file);
    expect(broken).toContain('everything asks');
    // Others are still seen, so that a rule that forbids holds.
    await store.add({ kind: 'denyCommand', words: ['git', 'push'] }, { destination: 'user' });
    expect((await open(state).list()).rules).toMatchObject([{ rule: { kind: 'denyCommand' } }]);
  });

  it('are not lost when several processes add at once, the same and different ones', async () => {
    const state = temporaryDirectory();
    const script = path.resolve(import.meta.dirname, 'ruleWriter.ts');
    const writers = Array.from({ length: 4 }, (_, i) => {
      const child = spawn(process.execPath, [script, state, String(i)], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      return new Promise<number | null>(resolve => child.on('close', resolve));
    });
    expect(await Promise.all(writers)).toEqual([0, 0, 0, 0]);
    const { rules, broken } = await open(state).list();
    expect(broken).toBeUndefined();
    const own = rules.filter(held => held.destination === 'user');
    expect(own).toHaveLength(4 * 25);
    expect(rules.filter(held => held.destination === 'workspace')).toHaveLength(1);
    const directory = path.join(state, 'rules');
    expect(readdirSync(directory).filter(name => !name.endsWith('.json'))).toEqual([]);
    for (const name of readdirSync(directory)) JSON.parse(readFileSync(path.join(directory, name), 'utf8'));
  });
});
