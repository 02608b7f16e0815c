import { useLayoutEffect, useRef } from 'preact/hooks';
import { around, head, isBusy, replay, sessions, toast } from '../state/store.ts';
import { statusNames, whereabouts } from '../text/words.ts';
import { post } from '../vscode.ts';
import { Icon, IconButton } from './icon.tsx';
import { Menu, MenuItem } from './menu.tsx';

export function SessionBar() {
  const status = head.value?.status ?? 'idle';
  return (
    <header class="session-bar">
      <span class={`dot ${status}`} role="img" aria-label={statusNames[status]} title={statusNames[status]} />
      {head.value && !replay.value ? (
        <Title key={head.value.id} />
      ) : (
        <span class="title">{head.value?.title || 'New session'}</span>
      )}
      {head.value && status !== 'idle' && (
        <span class="status-name" aria-hidden="true">
          {statusNames[status]}
        </span>
      )}
      <SessionList />
      <IconButton name="add" label="New session" onClick={() => post({ type: 'newSession' })} />
      <MoreMenu />
    </header>
  );
}

function Title() {
  const title = head.value?.title || 'New session';
  const leaving = useRef(false);
  const box = useRef<HTMLInputElement>(null);
  const shown = useRef('');
  // What is being typed stays, whatever comes meanwhile.
  useLayoutEffect(() => {
    const at = box.current!;
    if (at.value === shown.current || at !== document.activeElement) at.value = shown.current = title;
  });
  const commit = (input: HTMLInputElement) => {
    const next = input.value.trim();
    if (!leaving.current && next && next !== shown.current)
      post({ type: 'rename', title: next.slice(0, 200) });
    else input.value = shown.current;
    leaving.current = false;
  };
  return (
    <input
      class="title"
      ref={box}
      aria-label="Session title"
      title={title}
      maxLength={200}
      dir="auto"
      spellcheck={false}
      onBlur={e => commit(e.currentTarget)}
      onKeyDown={e => {
        if (e.isComposing) return;
        if (e.key === 'Escape') leaving.current = true;
        if (e.key === 'Enter' || e.key === 'Escape') {
          e.stopPropagation();
          e.currentTarget.blur();
        }
      }}
    />
  );
}

function SessionList() {
  return (
    <Menu
      label="Sessions"
      face={<Icon name="history" />}
      class="icon-menu sessions"
      align="right"
      side="below"
      onOpen={() => post({ type: 'listSessions' })}
    >
      {close => {
        const list = sessions.value;
        const failed = toast.value?.level === 'error';
        if (!list) return <p class="menu-note">{failed ? 'They cannot be read.' : 'Reading the sessions'}</p>;
        if (!list.length) return <p class="menu-note">No sessions yet.</p>;
        return list.map(s => (
          <MenuItem
            key={s.id}
            label={s.title || 'New session'}
            detail={whereabouts(s, Date.now())}
            checked={s.id === head.value?.id}
            onClick={() => {
              close();
              post({ type: 'openSession', id: s.id });
            }}
          />
        ));
      }}
    </Menu>
  );
}

const commands = [
  { label: 'Continue in background', command: 'continueInBackground' },
  { label: 'Summarise earlier turns', command: 'summarise' },
  { label: 'Approval rules', command: 'approvalRules' },
  { label: 'Wire health', command: 'wireHealth' },
  { label: 'Select backend', command: 'selectBackend' },
  { label: 'Set API key', command: 'setKey' },
  { label: 'Open settings', command: 'openSettings' },
  { label: 'Show log', command: 'showLog' },
] as const;

/** A session's own entries are offered where it is held here: going on while a turn is open, a summary while none is. */
function canDo({ command }: (typeof commands)[number]): boolean {
  const isHere = !!head.value && !around.value?.blocked && !replay.value;
  if (command === 'wireHealth') return isHere;
  if (command === 'continueInBackground') return isHere && head.value?.status !== 'idle';
  if (command === 'summarise') return isHere && !!head.value?.contextTokens && !isBusy.value;
  return true;
}

function MoreMenu() {
  return (
    <Menu label="More actions" face={<Icon name="ellipsis" />} class="icon-menu" align="right" side="below">
      {close =>
        commands.filter(canDo).map(({ label, command }) => (
          <MenuItem
            key={command}
            label={label}
            onClick={() => {
              close();
              post({ type: 'command', command });
            }}
          />
        ))
      }
    </Menu>
  );
}
