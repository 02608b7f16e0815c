/** What was last seen to be broken: commands whose newest run failed, and the problems of the newest look at them. */
import type { SessionEvent } from '../protocol/events.ts';

export interface OpenProblem {
  /** The command line, or what was looked at. */
  what: string;
  /** The number of the event that tells all of it. */
  seq: number;
  /** As the model read it; only its end when it is long. */
  text: string;
}

const LONGEST = 2_000;
const MOST = 5;

export class OpenProblems {
  /** By what failed; the oldest first. */
  private readonly open = new Map<string, OpenProblem>();

  apply(e: SessionEvent): void {
    if (e.type !== 'tool.result' || !e.display) return;
    if (e.display.kind === 'command') {
      const { command, cwd, outcome } = e.display;
      const key = `${cwd} ${command}`;
      this.open.delete(key);
      if (outcome && outcome.exitCode !== 0)
        this.open.set(key, { what: `$ ${command}`, seq: e.seq, text: endOf(e.content) });
    } else if (e.display.kind === 'problems') {
      this.open.delete('problems');
      if (e.display.problems.some(({ severity }) => severity === 'error' || severity === 'warning'))
        this.open.set('problems', { what: 'diagnostics', seq: e.seq, text: endOf(e.content) });
    }
  }

  /** The newest last. */
  list(): OpenProblem[] {
    return [...this.open.values()].slice(-MOST);
  }
}

const endOf = (text: string) => (text.length > LONGEST ? `[…] ${text.slice(-LONGEST)}` : text);
