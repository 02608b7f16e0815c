/** One card per kind of tool display: what a row opens to, and what an approval shows. */
import type { ToolDisplay } from '../../protocol/display.ts';
import { exact, plural } from '../text/words.ts';
import { Checklist } from '../view/plan.tsx';
import { post } from '../vscode.ts';
import { CodeText } from './code-text.tsx';
import { CommandCard } from './command.tsx';
import { DiffCard } from './diff.tsx';
import { Problems } from './problems.tsx';

interface Props {
  display: ToolDisplay;
  callId: string;
  /** Shown before it happens: nothing is hidden, nothing can be opened that is not there yet. */
  preview?: boolean;
}

export function Card({ display, callId, preview = false }: Props) {
  switch (display.kind) {
    case 'text':
      return <CodeText text={display.text} label="Text" revealed={preview} />;
    case 'file':
      return (
        <p class="card-line">
          <FileLink path={display.path} line={display.firstLine} />
          <span class="meta">
            lines {display.firstLine}-{display.lastLine} of {exact(display.totalLines)}
          </span>
        </p>
      );
    case 'matches':
      return <Matches display={display} />;
    case 'paths':
      return (
        <>
          <ul class="paths">
            {display.paths.map(path => (
              <li key={path}>
                {path.endsWith('/') ? <span class="path">{path}</span> : <FileLink path={path} />}
              </li>
            ))}
          </ul>
          {(display.limited || display.count > display.paths.length) && (
            <p class="card-note">
              {plural(display.paths.length, 'path')} of {display.limited ? 'more than ' : ''}
              {exact(display.count)} shown.
            </p>
          )}
        </>
      );
    case 'diff':
      return <DiffCard display={display} callId={callId} preview={preview} />;
    case 'command':
      return <CommandCard display={display} callId={callId} preview={preview} />;
    case 'plan':
      return <Checklist items={display.items} />;
    case 'problems':
      return display.problems.length ? (
        <Problems problems={display.problems} />
      ) : (
        <p class="card-note">No problems in {plural(display.files, 'file')}.</p>
      );
    case 'question':
      return (
        <div class="card-question" dir="auto">
          <p>{display.question}</p>
          {display.answer !== undefined && <p class="answer-given">{display.answer}</p>}
        </div>
      );
  }
}

function Matches({ display }: { display: Extract<ToolDisplay, { kind: 'matches' }> }) {
  const lines = display.sample.split('\n').filter(Boolean);
  return (
    <>
      <ul class="matches">
        {lines.map((line, i) => {
          const m = /^(.+?):(\d+):\s?(.*)$/.exec(line);
          return (
            <li key={i}>
              {m ? <FileLink path={m[1]!} line={Number(m[2])} short /> : null}
              <code>{m ? m[3]!.trim() : line}</code>
            </li>
          );
        })}
      </ul>
      {(display.limited || display.count > lines.length) && (
        <p class="card-note">
          {plural(lines.length, 'match', 'matches')} of {display.limited ? 'more than ' : ''}
          {exact(display.count)} shown.
        </p>
      )}
      {!lines.length && <p class="card-note">No matches.</p>}
    </>
  );
}

/** Opens the file in the editor; its whole path in the hover. */
export function FileLink({ path, line, short }: { path: string; line?: number; short?: boolean }) {
  const shown = short ? path.split(/[\\/]/).slice(-2).join('/') : path;
  const place = line === undefined ? '' : `:${line}`;
  return (
    <button
      type="button"
      class="link path"
      title={`Open ${path}${place}`}
      onClick={() => post({ type: 'openFile', path, line })}
    >
      <bdi>{shown}</bdi>
      {short ? place : null}
    </button>
  );
}
