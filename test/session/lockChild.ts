/**
 * Takes the lock argv[2] argv[3] times over, and checks each time that nobody else is inside. Then says "done", or
 * with "hold" as argv[3]: takes it once, says so, and holds it until it is killed. With "ask": asks the holder for it,
 * says so, and takes it once it gets SIGUSR2.
 */
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { realDisk } from '../../src/session/disk.ts';
import { acquireLock, type Lock, lockHolder } from '../../src/session/lock.ts';
import { request } from '../../src/session/requests.ts';

const [lockPath, rounds] = process.argv.slice(2) as [string, string];

async function taken(): Promise<Lock> {
  for (;;) {
    const lock = await acquireLock(realDisk, lockPath);
    if (!('heldBy' in lock)) return lock;
  }
}

if (rounds === 'ask') {
  let holder = await lockHolder(realDisk, lockPath);
  while (!holder) holder = await lockHolder(realDisk, lockPath);
  process.on('SIGUSR2', async () => {
    await taken();
    console.log('taken');
  });
  await request(realDisk, lockPath, holder.number, 'handOver');
  console.log('asked');
  setInterval(() => {}, 1000);
} else if (rounds === 'hold') {
  await taken();
  console.log('taken');
  setInterval(() => {}, 1000);
} else {
  for (let n = 0; n < Number(rounds); n++) {
    const lock = await taken();
    const inside = `${lockPath}-inside`;
    closeSync(openSync(inside, 'wx'));
    await new Promise(setImmediate);
    unlinkSync(inside);
    await lock.release();
  }
  console.log('done');
}
