import type { Problem } from '../../protocol/display.ts';
import { Icon } from '../view/icon.tsx';
import { FileLink } from './card.tsx';

const icons = { error: 'error', warning: 'warning', info: 'info', hint: 'lightbulb' } as const;
const tones = { error: 'error', warning: 'warning', info: 'dim', hint: 'dim' } as const;

export function Problems({ problems }: { problems: readonly Problem[] }) {
  return (
    <ul class="problems">
      {problems.map(p => (
        <li key={`${p.path}:${p.line}:${p.message}`}>
          <Icon name={icons[p.severity]} tone={tones[p.severity]} />
          <span>
            <span class="sr-only">{p.severity}: </span>
            {p.message} {p.source && <span class="meta">{p.source}</span>}{' '}
            <FileLink path={p.path} line={p.line} short />
          </span>
        </li>
      ))}
    </ul>
  );
}
