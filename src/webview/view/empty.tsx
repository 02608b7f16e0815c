import { around, backend } from '../state/store.ts';
import { post } from '../vscode.ts';

export function Empty() {
  const { examples = [], blocked } = around.value ?? {};
  return (
    <section class="empty" aria-label="Transcript">
      <p>
        Describe a task: Ascent reads, edits and runs what it needs in this workspace, and asks before it
        changes anything.
      </p>
      {!blocked && examples.length > 0 && (
        <ul class="examples">
          {examples.map(({ label, prompt }) => (
            <li key={label}>
              <button
                type="button"
                class="secondary"
                title={prompt}
                onClick={() => post({ type: 'send', text: prompt, context: [] })}
              >
                {label}
              </button>
            </li>
          ))}
        </ul>
      )}
      {!backend.value.standIn && (
        <p>
          <button
            type="button"
            class="link"
            onClick={() => post({ type: 'command', command: 'selectBackend' })}
          >
            Connect another backend
          </button>
        </p>
      )}
    </section>
  );
}

/** Wherever the stand-in answers, it is said. */
export function StandInBanner() {
  if (!backend.value.standIn) return null;
  return (
    <p class="banner">
      <span>Stand-in backend: scripted, no model</span>
      <button type="button" class="link" onClick={() => post({ type: 'command', command: 'selectBackend' })}>
        Connect a backend
      </button>
    </p>
  );
}

export function Blocked() {
  const blocked = around.value?.blocked;
  if (!blocked) return null;
  const { text, command } = blocked;
  return (
    <div class="blocked">
      <p>{text}</p>
      {command && (
        <button
          type="button"
          class="primary"
          onClick={() => post({ type: 'command', command: command.command })}
        >
          {command.label}
        </button>
      )}
    </div>
  );
}
