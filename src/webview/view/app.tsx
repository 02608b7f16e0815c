import { around, head, items, replay } from '../state/store.ts';
import { Composer } from './composer.tsx';
import { Blocked, Empty, StandInBanner } from './empty.tsx';
import { OverviewStrip } from './overview.tsx';
import { Pending } from './pending.tsx';
import { Plan } from './plan.tsx';
import { Queue } from './queue.tsx';
import { ReplayBanner, ReplayControls } from './replay.tsx';
import { RunLine } from './run-line.tsx';
import { SessionBar } from './session-bar.tsx';
import { Announcer, Toast } from './spoken.tsx';
import { Transcript } from './transcript.tsx';

export function App() {
  if (!around.value) return null;
  return (
    <div class="app">
      <SessionBar />
      <OverviewStrip />
      {replay.value ? <ReplayBanner /> : <StandInBanner />}
      {items.value.length || replay.value ? <Transcript key={head.value?.id} /> : <Empty />}
      <RunLine />
      <Plan />
      <Toast />
      {replay.value ? (
        <ReplayControls />
      ) : (
        <>
          <Pending />
          <Blocked />
          <Queue />
          <Composer />
        </>
      )}
      <Announcer />
    </div>
  );
}
