/** The step that is being written now: thinking, text, and the calls to come. */
import { isBusy, live } from '../state/store.ts';
import { lastLines } from '../text/terminal.ts';
import { unhidden } from '../text/visible.ts';
import { bytes, elapsed } from '../text/words.ts';
import { useNow } from '../view/clock.ts';
import { GrowingAnswer } from './answer.tsx';
import { Line } from './line.tsx';

export function LiveRows() {
  if (!isBusy.value) return null;
  const { reasoning, text, calls, generation } = live.value;
  return (
    <div class="live" key={generation}>
      {reasoning && <LiveThinking text={reasoning} isOver={text !== '' || calls.length > 0} />}
      {text && <GrowingAnswer text={text} />}
      {calls.map(
        (call, i) =>
          call && (
            <div class="row tool waiting" key={i}>
              <Line
                icon="tools"
                verb="Preparing"
                object={call.name}
                result={bytes(call.bytes)}
                open={false}
              />
            </div>
          ),
      )}
    </div>
  );
}

/** Its last two lines, in a box of fixed height; one line when the step went on to something else. */
function LiveThinking({ text, isOver }: { text: string; isOver: boolean }) {
  const now = useNow();
  const verb = isOver ? 'Thought' : `Thinking ${elapsed(Math.max(0, now - live.value.reasoningSince))}`;
  return (
    <div class="row thinking">
      <Line icon="lightbulb" tone="dim" verb={verb} open={false} />
      {!isOver && (
        <div class="thought-tail" aria-hidden="true" dir="auto">
          <div>{unhidden(lastLines(text.slice(-600), 4))}</div>
        </div>
      )}
    </div>
  );
}
