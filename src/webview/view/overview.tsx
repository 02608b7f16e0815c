/** Numbers people act on, as small pictures: the run by time, and the cost of its last requests. */
import { computed } from '@preact/signals';
import type { SessionHead } from '../../protocol/transcript.ts';
import { type Kind, overviewOf } from '../state/overview.ts';
import { items } from '../state/store.ts';
import { compact, duration, money, plural } from '../text/words.ts';

const overview = computed(() => overviewOf(items.value));
/** Fewer say less than the rows themselves. */
const ENOUGH = 4;

const words: Record<Kind, string> = {
  think: 'thought',
  look: 'look',
  edit: 'edit',
  run: 'command',
  failed: 'failure',
};

export function OverviewStrip() {
  const { places, sums } = overview.value;
  const counted = [...sums]
    .filter(([kind]) => kind !== 'think')
    .reduce((sum, [, { count }]) => sum + count, 0);
  if (counted < ENOUGH) return null;
  const said = [...sums].map(([kind, { count, ms }]) => `${plural(count, words[kind])} ${duration(ms)}`);
  const label = `Run so far: ${said.join(', ')}`;
  return (
    <svg
      class="overview"
      viewBox={`0 0 ${places.length} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {runs(places).map(({ kind, from, length }) => (
        <rect key={from} class={kind} x={from} y="0" width={length} height="1" />
      ))}
    </svg>
  );
}

/** Neighbours of one kind are one rectangle. */
function runs(places: readonly Kind[]): { kind: Kind; from: number; length: number }[] {
  const found: { kind: Kind; from: number; length: number }[] = [];
  places.forEach((kind, from) => {
    const last = found.at(-1);
    if (last?.kind === kind) last.length++;
    else found.push({ kind, from, length: 1 });
  });
  return found;
}

const WIDTH = 40;
const HEIGHT = 12;

export function Sparkline({ recent: { unit, values } }: { recent: SessionHead['recent'] }) {
  if (values.length < ENOUGH) return null;
  const most = Math.max(...values);
  const x = (i: number) => (i / (values.length - 1)) * WIDTH;
  const y = (value: number) => HEIGHT - 1 - (most ? value / most : 0) * (HEIGHT - 2);
  const amount = (value: number) =>
    unit === 'tokens' ? `${compact(value)} tokens` : money([{ amount: value, currency: unit }]) || '0';
  const label = `The last ${values.length} requests: ${amount(Math.min(...values))} to ${amount(most)} each`;
  return (
    <svg class="sparkline" width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <title>{label}</title>
      <polyline points={values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' ')} />
    </svg>
  );
}
