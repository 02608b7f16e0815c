/** As the races of test/host and test/session/checkpoints, ten times as long. */
process.env.RACE_WRITES = '5000';
await import('../host/race.test.ts');
await import('../session/checkpoints/race.test.ts');

export {};
