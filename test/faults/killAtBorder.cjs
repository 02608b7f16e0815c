// Loaded before the command line (--require): ends the process with SIGKILL right behind a record of the session's
// log, at the first border that is not covered yet. KILL_AT names a file of covered borders, one a line; KILL_STEPS is
// "FROM-TO": outside of these steps nothing is killed.
const fs = require('node:fs');
const { borderOf, stepOf } = require('./borders.cjs');

const file = process.env.KILL_AT ?? '';
const [from = 0, to = 0] = (process.env.KILL_STEPS ?? '').split('-').map(Number);
const covered = new Set(fs.readFileSync(file, 'utf8').split('\n'));
/** @type {Set<number>} */
const logs = new Set();
const { openSync, writeSync } = fs;

/** @type {any} */ (fs).openSync = (/** @type {[fs.PathLike, fs.OpenMode]} */ ...args) => {
  const fd = openSync(...args);
  if (/[/\\]log$/.test(String(args[0]))) logs.add(fd);
  else logs.delete(fd);
  return fd;
};
/** @type {any} */ (fs).writeSync = (/** @type {[number, Buffer]} */ ...args) => {
  const written = writeSync(...args);
  if (logs.has(args[0])) look(args[1].toString());
  return written;
};

/** @param {string} record */
function look(record) {
  const event = JSON.parse(record.slice(record.indexOf('{')));
  const step = stepOf(event);
  // What belongs to no step is the first part's to cover.
  if (step === undefined ? from > 1 && event.type !== 'turn.resumed' : step < from || step > to) return;
  // Each life but the first begins with it: a kill there now and then, or none would get further.
  const border = event.type === 'turn.resumed' ? `${event.type} ${covered.size >> 3}` : borderOf(event);
  if (covered.has(border)) return;
  fs.appendFileSync(file, `${border}\n`);
  process.kill(process.pid, 'SIGKILL');
}
