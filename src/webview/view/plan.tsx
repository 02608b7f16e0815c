import type { PlanItem } from '../../protocol/display.ts';
import { head, isOpen, setOpen } from '../state/store.ts';
import { Icon } from './icon.tsx';

export function Plan() {
  const plan = head.value?.plan ?? [];
  if (!plan.length) return null;
  const open = isOpen('plan');
  const done = plan.filter(item => item.status === 'done').length;
  const current = plan.find(item => item.status === 'active') ?? plan.find(item => item.status === 'pending');
  return (
    <section class="plan" aria-label="Plan">
      <button type="button" class="plan-line" aria-expanded={open} onClick={() => setOpen('plan', !open)}>
        <Icon name={open ? 'chevron-down' : 'chevron-right'} />
        <span class="plan-now" dir="auto">
          {current?.text ?? 'Plan finished'}
        </span>
        <span class="meta">
          {done} of {plan.length} done
        </span>
      </button>
      {open && <Checklist items={plan} />}
    </section>
  );
}

const marks = { done: 'pass', active: 'chevron-right', pending: 'circle' } as const;
const states = { done: 'done', active: 'now', pending: 'to do' };

export function Checklist({ items }: { items: readonly PlanItem[] }) {
  return (
    <ul class="checklist">
      {items.map(item => (
        <li key={item.text} class={item.status}>
          <Icon name={marks[item.status]} />
          <span dir="auto">
            <span class="sr-only">{states[item.status]}: </span>
            {item.text}
          </span>
        </li>
      ))}
    </ul>
  );
}
