/** Seconds that pass on the screen. Only what is drawn while something runs reads it. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const now = signal(Date.now());
let readers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Milliseconds since the epoch, new each second while the component is there. */
export function useNow(): number {
  useEffect(() => {
    now.value = Date.now();
    if (readers++ === 0)
      timer = setInterval(() => {
        now.value = Date.now();
      }, 1000);
    return () => {
      if (--readers === 0) clearInterval(timer);
    };
  }, []);
  return now.value;
}
