/** What backends taught us, kept in the state directory: `backends.json`, JSON by origin. Can be deleted. */
import path from 'node:path';
import * as z from 'zod';
import type { LearntStore } from '../model/learnt.ts';
import { type Disk, realDisk, replaceFile } from './disk.ts';

const Content = z.record(z.string(), z.unknown());

/** A file that is missing or damaged is an empty one. Writes replace it whole. */
export function learntFile(stateDir: string, disk: Disk = realDisk): LearntStore {
  const file = path.join(stateDir, 'backends.json');
  /** One write after the other: each starts from what the one before left. */
  let writing: Promise<unknown> = Promise.resolve();

  async function content(): Promise<Record<string, unknown>> {
    try {
      const bytes = await disk.read(file);
      return bytes ? Content.parse(JSON.parse(bytes.toString())) : {};
    } catch {
      return {};
    }
  }

  return {
    read: async origin => (await content())[origin],
    write(origin, facts) {
      const written = writing.then(async () => {
        await disk.makeDirectory(stateDir);
        const text = `${JSON.stringify({ ...(await content()), [origin]: facts }, undefined, 2)}\n`;
        await replaceFile(disk, file, Buffer.from(text), stateDir);
      });
      writing = written.catch(() => {});
      return written;
    },
  };
}
