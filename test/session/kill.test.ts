import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openLog } from '../../src/session/eventLog.ts';
import { sessionFiles } from '../../src/session/sessionFiles.ts';
import { child } from './children.ts';

const root = mkdtempSync(path.join(tmpdir(), 'ascent-kill-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('a writer killed with SIGKILL', () => {
  it.each([1, 2, 7, 40, 155])('after %i acknowledged events leaves all of them', async after => {
    const { directory } = await sessionFiles(root).create(`k${after}`);
    const writer = child('writerChild.ts', directory);
    let acknowledged = -1;
    let heard = 0;
    for await (const line of writer.lines) {
      acknowledged = Number(line);
      if (++heard === after) writer.process.kill('SIGKILL');
    }
    await writer.ended;
    const log = await openLog(directory, { write: true });
    expect(log.gaps).toEqual([]);
    expect(log.events.length).toBeGreaterThan(acknowledged);
    expect(log.events.map(e => e.seq)).toEqual([...log.events.keys()]);
    await log.close();
  });
});
