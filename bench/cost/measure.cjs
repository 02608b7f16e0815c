// Loaded before a measured program: at its end it writes to the file in BENCH_REPORT what it and its children cost.
//   {"cpuMs": user and system time, of children too, "peakMb": the most memory that it held}
const { readFileSync, writeFileSync } = require('node:fs');

const file = process.env.BENCH_REPORT;
delete process.env.BENCH_REPORT;
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // Behind the name, which may hold anything: fields 16 and 17 are the children's ticks, of 10 ms.
  const [userTicks, systemTicks] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(14, 16).map(Number);
  const cpuMs = (userCPUTime + systemCPUTime) / 1000 + (userTicks + systemTicks) * 10;
  writeFileSync(
    file,
    JSON.stringify({ cpuMs, childrenMs: (userTicks + systemTicks) * 10, peakMb: maxRSS / 1024 }),
  );
});
