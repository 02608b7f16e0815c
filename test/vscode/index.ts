/**
 * Runs the suites inside an extension host. Each happening is one JSON line in the file that ASCENT_TEST_RESULTS names:
 * the runner outside reads that file alone, because a host that crashed can look like one that ended well.
 */
import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

export type Happening =
  | { event: 'pass' | 'skip'; title: string; ms: number }
  | { event: 'fail'; title: string; ms: number; error: string }
  | { event: 'end' };

function record(happening: Happening) {
  const file = process.env.ASCENT_TEST_RESULTS;
  if (!file) throw new Error('ASCENT_TEST_RESULTS must name the file for the results.');
  appendFileSync(file, `${JSON.stringify(happening)}\n`);
}

class ResultLines {
  constructor(runner: Mocha.Runner) {
    const what = (test: Mocha.Runnable) => ({ title: test.fullTitle(), ms: test.duration ?? 0 });
    runner.on('pass', test => record({ event: 'pass', ...what(test) }));
    runner.on('pending', test => record({ event: 'skip', ...what(test) }));
    runner.on('fail', (test, error: Error) =>
      record({ event: 'fail', ...what(test), error: error.stack ?? String(error) }),
    );
  }
}

/** `load` requires the suites; mocha's words (suite, test, setup) are global by then. */
export function runSuites(load: () => void): Promise<void> {
  const mocha = new Mocha({
    ui: 'tdd',
    timeout: 30_000,
    reporter: ResultLines as unknown as Mocha.ReporterConstructor,
    grep: process.env.ASCENT_TEST_GREP || undefined,
  });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  load();
  return new Promise((resolve, reject) => {
    mocha.run(failures => {
      record({ event: 'end' });
      if (failures) reject(new Error(`${failures} failed`));
      else resolve();
    });
  });
}
