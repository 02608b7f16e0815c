/** Writes to the log in argv[2] until it is killed; says each acknowledged number on a line of its own. */
import { openLog } from '../../src/session/eventLog.ts';
import { message, notice, result } from './events.ts';

const log = await openLog(process.argv[2]!, { write: true });
const texts = [notice('small'), message('medium '.repeat(500)), result('large '.repeat(15_000))];
for (let n = 0; ; n++) {
  log.append(notice(`beside ${n}`), 'buffered');
  const { seq } = await log.append(texts[n % texts.length]!, n % 2 ? 'synced' : 'buffered');
  process.stdout.write(`${seq}\n`);
}
