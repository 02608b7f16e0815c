/** Tells of changes in a directory: at once where the platform tells us, and by looking now and then everywhere. */
import { type FSWatcher, watch } from 'node:fs';

/**
 * `onChange` gets the name of what changed, or undefined for "look at everything". Does not keep the process alive.
 * Gives back the function that ends it.
 */
export function watchDirectory(
  directory: string,
  pollMs: number,
  onChange: (name: string | undefined) => void,
): () => void {
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(directory, { persistent: false }, (_, name) => onChange(name ?? undefined));
    // The directory is gone, or watches have run out: the look now and then goes on.
    watcher.on('error', () => watcher?.close());
  } catch {
    // As above.
  }
  const timer = setInterval(() => onChange(undefined), pollMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    watcher?.close();
  };
}
