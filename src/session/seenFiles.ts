/** Which version of each file the model has seen last: a fold of the log, so the stale-file guard survives a crash. */
import type { SessionEvent } from '../protocol/events.ts';
import type { SeenFiles } from '../tools/tool.ts';

export class SeenFilesFold implements SeenFiles {
  private readonly hashes = new Map<string, string>();

  apply(e: SessionEvent): void {
    if (e.type !== 'tool.result') return;
    for (const { path, hash } of e.seen ?? []) this.hashes.set(path, hash);
  }

  hashOf(path: string): string | undefined {
    return this.hashes.get(path);
  }
}
