import { useState } from 'preact/hooks';
import type { FileDiff, ToolDisplay } from '../../protocol/display.ts';
import { type DiffLine, diffLines } from '../text/diff.ts';
import { exact } from '../text/words.ts';
import { post } from '../vscode.ts';
import { FileLink } from './card.tsx';
import { Revealed } from './code-text.tsx';
import { Problems } from './problems.tsx';

type Diff = Extract<ToolDisplay, { kind: 'diff' }>;

/** Lines drawn at first; a person asks for the rest. */
const FIRST_LINES = 200;

export function DiffCard({ display, callId, preview }: { display: Diff; callId: string; preview: boolean }) {
  return (
    <>
      {display.files.map((file, i) => (
        <FilePart key={file.path} file={file} callId={callId} index={i} preview={preview} />
      ))}
      {!!display.problems?.length && (
        <>
          <p class="card-note">New problems after this edit:</p>
          <Problems problems={display.problems} />
        </>
      )}
    </>
  );
}

function FilePart({
  file,
  callId,
  index,
  preview,
}: {
  file: FileDiff;
  callId: string;
  index: number;
  preview: boolean;
}) {
  const [all, setAll] = useState(false);
  const lines = diffLines(file.hunks);
  const shown = all ? lines : lines.slice(0, FIRST_LINES);
  const isNewFile = file.change === 'created' && preview;
  return (
    <div class="diff">
      <div class="diff-bar">
        {isNewFile ? <bdi class="path">{file.path}</bdi> : <FileLink path={file.path} />}
        {file.change !== 'modified' && (
          <span class="meta">{file.change === 'created' ? 'new file' : 'deleted'}</span>
        )}
        <DiffStat added={file.added} removed={file.removed} />
        <button
          type="button"
          class="link"
          title="Open this diff in the editor"
          onClick={() => post({ type: 'openDiff', callId, file: index })}
        >
          Open diff
        </button>
      </div>
      {preview && file.target && <Target change={file.change} target={file.target} />}
      {lines.length > 0 && file.hunks !== '' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        <section class="diff-lines" tabIndex={0} aria-label={`Diff of ${file.path}`} dir="ltr">
          <table>
            <tbody>
              {shown.map((line, i) => (
                <Line key={i} line={line} preview={preview} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {shown.length < lines.length && (
        <button type="button" class="link more" onClick={() => setAll(true)}>
          Show all {exact(lines.length)} lines
        </button>
      )}
      {file.cut && <p class="card-note">The diff is cut here. Open diff shows all of it.</p>}
    </div>
  );
}

/** What is really written, with its whole path: a link's name may promise another place. */
function Target({ change, target }: { change: FileDiff['change']; target: NonNullable<FileDiff['target']> }) {
  return (
    <p class="card-note target">
      {change === 'created' ? 'Creates' : 'Writes'}{' '}
      <code dir="ltr">
        <Revealed text={target.path} />
      </code>
      {target.through !== undefined && (
        <strong>
          , through the link{' '}
          <code dir="ltr">
            <Revealed text={target.through} />
          </code>
        </strong>
      )}
      {target.mode !== undefined && ` · keeps mode ${target.mode}`}
    </p>
  );
}

const signs = { added: '+', removed: '-', context: ' ', gap: '' };

function Line({ line, preview }: { line: DiffLine; preview: boolean }) {
  if (line.kind === 'gap')
    return (
      <tr class="gap">
        <td class="number" />
        <td class="sign">⋯</td>
        <td>{line.text}</td>
      </tr>
    );
  return (
    <tr class={line.kind}>
      <td class="number">{line.number}</td>
      <td class="sign">{signs[line.kind]}</td>
      <td class="source">{preview && line.kind === 'added' ? <Revealed text={line.text} /> : line.text}</td>
    </tr>
  );
}

const BARS = 5;

/** "+12 -3" and five small bars in their proportion. */
export function DiffStat({ added, removed }: { added: number; removed: number }) {
  const total = added + removed;
  const green = total ? Math.round((added / total) * BARS) : 0;
  return (
    <span class="stat" title={`${exact(added)} lines added, ${exact(removed)} removed`}>
      <span class="plus">+{added}</span> <span class="minus">-{removed}</span>
      <span class="bars" aria-hidden="true">
        {Array.from({ length: BARS }, (_, i) => (
          <i key={i} class={!total ? '' : i < green ? 'plus' : 'minus'} />
        ))}
      </span>
    </span>
  );
}
