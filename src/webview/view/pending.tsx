/** What waits for the person, pinned above the composer: approvals that came together in one card, else one by one. */
import type { PendingApproval } from '../../protocol/transcript.ts';
import { around, head } from '../state/store.ts';
import { ApprovalCard } from './approval.tsx';
import { ApprovalsCard } from './approvals.tsx';
import { QuestionCard } from './question.tsx';

export function Pending() {
  const pending = head.value?.pending ?? [];
  const first = pending[0];
  if (!first) return null;
  const approvals = pending.filter((one): one is PendingApproval => one.kind === 'approval');
  const more = pending.length > 1 ? `1 of ${pending.length}` : '';
  const card =
    first.kind === 'approval' && approvals.length > 1 ? (
      <ApprovalsCard key={head.value?.id} asked={approvals} />
    ) : first.kind === 'approval' ? (
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
