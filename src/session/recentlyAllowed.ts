/**
 * What a person has just allowed and no call has begun yet. A session that moves, or a window that is reloaded, in that
 * moment must not ask the same again: a yes was given, and is in the log.
 */
import type { ToolDisplay } from '../protocol/display.ts';
import type { SessionEvent } from '../protocol/events.ts';

/** An older yes is asked for again: nobody expects a command to run hours after they allowed it. Milliseconds. */
const RECENT_MS = 60_000;

/** True at most once for each yes, and only for exactly what was shown, for the reasons that were told. */
export type TakeYes = (callId: string, preview: ToolDisplay, reasons: readonly string[]) => boolean;

export class RecentlyAllowed {
  private readonly asked = new Map<string, string>();
  private readonly allowed = new Map<string, { shown: string; at: number }>();

  apply(e: SessionEvent): void {
    switch (e.type) {
      case 'approval.requested':
        this.asked.set(e.callId, shownIn(e.preview, e.reasons));
        break;
      case 'tool.decided': {
        const shown = this.asked.get(e.callId);
        this.forget(e.callId);
        if (shown && e.verdict === 'allow' && e.by === 'person')
          this.allowed.set(e.callId, { shown, at: e.at });
        break;
      }
      case 'tool.intent':
      case 'tool.result':
        this.forget(e.callId);
        break;
    }
  }

  /** Of what stands in the log now; what is allowed later is not in it. `now`: milliseconds since the epoch. */
  asOfNow(now: () => number): TakeYes {
    const yes = new Map(this.allowed);
    return (callId, preview, reasons) => {
      const given = yes.get(callId);
      yes.delete(callId);
      // Asked when it is taken: who opens a session may let it go on hours later.
      return given?.shown === shownIn(preview, reasons) && now() - given.at < RECENT_MS;
    };
  }

  private forget(callId: string): void {
    this.asked.delete(callId);
    this.allowed.delete(callId);
  }
}

const shownIn = (preview: ToolDisplay, reasons: readonly string[]) => JSON.stringify([preview, reasons]);
