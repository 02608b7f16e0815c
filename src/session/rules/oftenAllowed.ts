/** How often a person allowed the same command once: after the second time a rule is suggested. A fold of the log. */
import type { Offer } from '../../protocol/approvals.ts';
import type { SessionEvent } from '../../protocol/events.ts';

/** From so many single yeses on. */
const OFTEN = 2;

export class OftenAllowed {
  private readonly asked = new Map<string, string>();
  private readonly times = new Map<string, number>();

  apply(e: SessionEvent): void {
    if (e.type === 'approval.requested') {
      const key = keyOf(e.offers ?? []);
      if (key !== undefined) this.asked.set(e.callId, key);
    } else if (e.type === 'tool.decided') {
      const key = this.asked.get(e.callId);
      this.asked.delete(e.callId);
      if (key === undefined || e.verdict !== 'allow' || e.by !== 'person' || e.grant) return;
      this.times.set(key, (this.times.get(key) ?? 0) + 1);
    }
  }

  /** An index into `offers`: the same command in this workspace. */
  suggest(offers: readonly Offer[]): number | undefined {
    const key = keyOf(offers);
    if (key === undefined || (this.times.get(key) ?? 0) < OFTEN) return undefined;
    const at = offers.findIndex(
      ({ destination, rule }) => destination === 'workspace' && rule.kind === 'argv',
    );
    return at < 0 ? undefined : at;
  }
}

function keyOf(offers: readonly Offer[]): string | undefined {
  const offer = offers.find(({ rule }) => rule.kind === 'argv');
  return offer && JSON.stringify(offer.rule);
}
