/** What waits for the person, pinned above the composer: one card at a time, in the order it was asked. */
import { around, head } from '../state/store.ts';
import { ApprovalCard } from './approval.tsx';
import { QuestionCard } from './question.tsx';

export function Pending() {
  const pending = head.value?.pending ?? [];
  const first = pending[0];
  if (!first) return null;
  const more = pending.length > 1 ? `1 of ${pending.length}` : '';
  const card =
    first.kind === 'approval' ? (
      <ApprovalCard key={first.nonce} asked={first} more={more} />
    ) : (
      <QuestionCard key={first.nonce} asked={first} more={more} />
    );
  // Held by another process, it is answered there.
  return around.value?.blocked ? (
    <fieldset class="elsewhere" disabled>
      {card}
    </fieldset>
  ) : (
    card
  );
}
