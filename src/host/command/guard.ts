/**
 * Holds a command to its time limit when nobody is there to do so: a small shell that sleeps beside it. Commands that
 * end within a second get none.
 */
import { spawn } from 'node:child_process';
import { signalGroup } from './processGroup.ts';
import { statusFileOf } from './record.ts';
import { SHELL } from './wrapper.ts';

/** A group is ended only while its leader is the process that it was: numbers are given to others in time. */
const GUARD = `
started() {
  if [ -r "/proc/$1/stat" ]; then
    read -r line <"/proc/$1/stat"
    set -- \${line##*) }
    echo "\${20}"
  else
    ps -o lstart= -p "$1"
  fi
}
leader=$1
first=$(started "$leader")
left=$2
while [ -n "$first" ] && [ "$left" -gt 0 ]; do
  nap=$((left < 5 ? left : 5))
  sleep "$nap"
  left=$((left - nap))
  [ "$(started "$leader")" = "$first" ] || exit 0
done
[ -n "$first" ] || exit 0
echo timeout >>"$3"
kill -s TERM -- "-$leader"
sleep 1
[ "$(started "$leader")" = "$first" ] && kill -s KILL -- "-$leader"
`;

/** Gives a function that makes it unnecessary. Without it the guard outlives this process. */
export function guardTimeLimit(group: number, outputFile: string, leftMs: number): () => void {
  const seconds = String(Math.max(1, Math.ceil(leftMs / 1000)));
  const args = ['-c', GUARD, 'ascent-guard', String(group), seconds, statusFileOf(outputFile)];
  const child = spawn(SHELL, args, { detached: true, stdio: 'ignore', cwd: '/' });
  // Without a guard the limit still holds while somebody attends.
  child.on('error', () => {});
  child.unref();
  return () => {
    if (child.pid !== undefined && child.exitCode === null) signalGroup(child.pid, 'SIGKILL');
  };
}
