// Loaded before the command line (--require): ends the process with SIGKILL right behind a record of the session's
// log, at the first border that is not covered yet. KILL_AT names a file of covered borders, one a line; KILL_STEPS is
// "FROM-TO": outside of these steps nothing is killed.
const fs = require('node:fs');
const { borderOf, stepOf } = require('./borders.cjs');

const file = process.env.KILL_AT;
const [from, to] = process.env.KILL_STEPS.split('-').map(Number);
const covered = new Set(fs.readFileSync(file, 'utf8').split('\n'));
const logs = new Set();
const { openSync, writeSync } = fs;

fs.openSync = (path, ...rest) => {
  const fd = openSync(path, ...rest);
  if (/[/\\]log$/.test(String(path))) logs.add(fd);
  else logs.delete(fd);
  return fd;
};
fs.writeSync = (fd, bytes, ...rest) => {
  const written = writeSync(fd, bytes, ...rest);
  if (logs.has(fd)) look(bytes.toString());
  return written;
};

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
