/** Opens a tool call's edit in VS Code's diff editor. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Host } from '../../host/host.ts';
import type { FileDiff } from '../../protocol/display.ts';
import type { Transcript } from '../../protocol/transcript.ts';
import { sidesOf } from './patch.ts';
import { locate } from './paths.ts';
import { Refused } from './refused.ts';

const SCHEME = 'ascent-diff';

/** A session, or its replay. */
interface Shown {
  transcript: Transcript;
}

export interface Diffs extends vscode.Disposable {
  /** Without a host the file itself is not looked at: it is another machine's. */
  show(host: Host | undefined, shown: Shown, callId: string, file: number): Promise<void>;
}

export function createDiffs(): Diffs {
  const texts = new Map<string, string>();
  let count = 0;
  const provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: uri => texts.get(uri.toString()) ?? '',
  });
  const closing = vscode.workspace.onDidCloseTextDocument(({ uri }) => texts.delete(uri.toString()));
  /** A read-only document; the path's ending tells its language. */
  const virtual = (text: string, file: string) => {
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      path: `/${++count}/${path.basename(file)}`,
    });
    texts.set(uri.toString(), text);
    return uri;
  };

  return {
    async show(host, shown, callId, index) {
      const diff = diffOf(shown, callId, index);
      if (!diff) throw new Refused('There is no diff for this call.');
      const file = host
        ? await locate(host, shown.transcript.head.roots, diff.path)
        : path.basename(diff.path);
      if (!file) throw new Refused('The path of this diff cannot be opened.');
      const now = await host?.read(file).then(
        read => read.text,
        () => undefined,
      );
      const sides = sidesOf(diff, now);
      // A proposal must keep its left side when it is made; an edit that was made is shown on the file itself.
      const left = virtual(sides.before, file);
      const right =
        sides.current === 'after' && now !== undefined ? vscode.Uri.file(file) : virtual(sides.after, file);
      const state = { before: 'proposed edit', after: 'edit' };
      const what = sides.current ? state[sides.current] : 'edit, changed lines only';
      await vscode.commands.executeCommand('vscode.diff', left, right, `${path.basename(file)} (${what})`, {
        preview: true,
      } satisfies vscode.TextDocumentShowOptions);
    },
    dispose() {
      provider.dispose();
      closing.dispose();
    },
  };
}

function diffOf({ transcript }: Shown, callId: string, index: number): FileDiff | undefined {
  const { items, calls, head } = transcript;
  const item = items[calls.get(callId) ?? -1];
  const pending = head.pending.find(p => p.callId === callId);
  const display =
    pending?.kind === 'approval' ? pending.preview : item?.kind === 'tool' ? item.display : undefined;
  return display?.kind === 'diff' ? display.files[index] : undefined;
}
