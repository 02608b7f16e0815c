/**
 * Questions that wait for a person. Each carries a nonce that the host mints for this very call: an answer to
 * something else, or a second answer, finds nothing to resolve.
 */
import { randomUUID } from 'node:crypto';

export class PendingAnswers<T> {
  private readonly waiting = new Map<string, { nonce: string; resolve(answer: T): void }>();

  /** Announces the question (with its nonce), then waits. Throws the signal's reason when it is aborted. */
  async wait(callId: string, signal: AbortSignal, announce: (nonce: string) => Promise<void>): Promise<T> {
    signal.throwIfAborted();
    const nonce = randomUUID();
    let abort = () => {};
    const answered = new Promise<T>((resolve, reject) => {
      abort = () => reject(signal.reason);
      this.waiting.set(callId, { nonce, resolve });
    });
    answered.catch(() => {}); // An abort during the announcement is seen by the await below, but only then.
    signal.addEventListener('abort', abort, { once: true });
    try {
      await announce(nonce);
      return await answered;
    } finally {
      this.waiting.delete(callId);
      signal.removeEventListener('abort', abort);
    }
  }

  /** False when nothing waits under that call and nonce. */
  answer(callId: string, nonce: string, answer: T): boolean {
    const found = this.waiting.get(callId);
    if (found?.nonce !== nonce) return false;
    this.waiting.delete(callId);
    found.resolve(answer);
    return true;
  }
}
