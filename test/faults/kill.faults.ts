/** The built command line, killed with SIGKILL: at random moments, and behind every single record of its log. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { seeded } from '../session/simulatedDisk.ts';
import { expectWhole, longSession, uninterrupted } from './lives.ts';

const STEPS = Number(process.env.FAULTS_STEPS ?? 300);
const KILLS = Number(process.env.FAULTS_KILLS ?? 100);
const SEED = Number(process.env.FAULTS_SEED ?? Date.now() % 1e6);
/** Sessions side by side, each killed in its own part of the steps. */
const SHARDS = 4;
const { borderOf, stepOf } = createRequire(import.meta.url)('./borders.cjs') as {
  borderOf(event: object): string;
  stepOf(event: object): number | undefined;
};
const borderKiller = path.join(import.meta.dirname, 'killAtBorder.cjs');

it(`${KILLS} kills at random moments of sessions of ${STEPS} steps lose nothing and double nothing`, async () => {
  const random = seeded(SEED);
  const tree = await uninterrupted(STEPS);
  let [kills, sessions, records] = [0, 0, 0];
  while (kills < KILLS) {
    await using session = await longSession(STEPS);
    const acknowledged: string[] = [];
    for (sessions++; ; ) {
      const after = kills < KILLS ? 100 + random() * 2_500 : undefined;
      let timer: NodeJS.Timeout | undefined;
      const life = await session.live({
        onStart(child) {
          if (after !== undefined) timer = setTimeout(() => child.kill('SIGKILL'), after);
        },
      });
      clearTimeout(timer);
      acknowledged.push(...life.lines);
      if (life.signal === 'SIGKILL') {
        kills++;
        continue;
      }
      expect(life).toMatchObject({ code: 0, err: '' });
      break;
    }
    await expectWhole(session, acknowledged, tree);
    records += acknowledged.length;
  }
  console.log(
    `seed ${SEED}: ${kills} kills in ${sessions} sessions of ${STEPS} steps, ${records} acknowledged records, 0 lost`,
  );
});

it(`a kill behind every record of a session of ${STEPS} steps loses nothing and doubles nothing`, async () => {
  const tree = await uninterrupted(STEPS);
  const each = Math.ceil(STEPS / SHARDS);
  const shard = async (at: number) => {
    await using session = await longSession(STEPS);
    const dir = mkdtempSync(path.join(tmpdir(), 'ascent-borders-'));
    try {
      const covered = path.join(dir, 'covered');
      writeFileSync(covered, '');
      const env = { KILL_AT: covered, KILL_STEPS: `${at * each + 1}-${(at + 1) * each}` };
      const acknowledged: string[] = [];
      for (let kills = 0; ; kills++) {
        const life = await session.live({ nodeArgs: ['--require', borderKiller], env });
        acknowledged.push(...life.lines);
        if (life.signal === 'SIGKILL') continue;
        expect(life).toMatchObject({ code: 0, err: '' });
        const events = await expectWhole(session, acknowledged, tree);
        const borders = new Set(readFileSync(covered, 'utf8').split('\n'));
        const here = events.filter(event => {
          const step = stepOf(event);
          return step !== undefined && step > at * each && step <= (at + 1) * each;
        });
        expect(here.map(borderOf).filter(border => !borders.has(border))).toEqual([]);
        // At least the reply and what began it.
        expect(here.length).toBeGreaterThan(Math.min(each, STEPS - at * each));
        return { kills, acknowledged: acknowledged.length };
      }
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };
  const parts = await Promise.all(Array.from({ length: SHARDS }, (_, at) => shard(at)));
  const sum = (what: 'kills' | 'acknowledged') => parts.reduce((total, part) => total + part[what], 0);
  console.log(`${sum('kills')} borders killed at, ${sum('acknowledged')} acknowledged records, 0 lost`);
});
