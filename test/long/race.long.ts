/** As test/host/race.test.ts, 5,000 writes long. */
process.env.RACE_WRITES = '5000';
await import('../host/race.test.ts');

export {};
