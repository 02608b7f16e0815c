/**
 * Files that get their real name when they are whole. Their own names tell the process that makes them: what a crash left
 * behind can be told from what is being made.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { isRunning } from './processes.ts';

const NAME = /^\.ascent-(\d{1,10})-[\da-f]{12}\.tmp$/;

/** Made by this process right now; an earlier one may have had its number (in a container that is usual). */
const making = new Set<string>();

/** `at` gives the place of a name. Whatever `use` leaves there is gone when it ends. */
export async function temporarily<P extends string | Buffer, T>(
  at: (name: string) => P,
  use: (temporary: P) => Promise<T>,
): Promise<T> {
  const name = `.ascent-${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
  const place = at(name);
  making.add(name);
  try {
    return await use(place);
  } finally {
    making.delete(name);
    unlinkQuietly(place);
  }
}

/** Removes from a directory what processes that are gone had begun there. */
export function sweepTemporary(directory: string): void {
  for (const name of namesIn(directory)) {
    const maker = NAME.exec(name)?.[1];
    if (maker === undefined || making.has(name)) continue;
    if (Number(maker) === process.pid || !isRunning(Number(maker))) unlinkQuietly(path.join(directory, name));
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Most often there is nothing left: it has its real name now. */
function unlinkQuietly(place: string | Buffer): void {
  try {
    unlinkSync(place);
  } catch {
    // Nothing more can be done.
  }
}
