/** How a command runs, as the model asks for it, and what the sandbox did to it, in words for the model. */
import type { CommandOutcome } from '../host/host.ts';
import type { Access } from '../protocol/access.ts';
import type { ToolDisplay, ToolTitle } from '../protocol/display.ts';
import { showControls } from '../protocol/plainText.ts';
import type { SandboxState } from '../protocol/sandbox.ts';
import { shownPath } from './place.ts';
import { oneLine } from './words.ts';

type Way = Extract<ToolDisplay, { kind: 'command' }>['sandbox'];

interface Asked {
  outside_sandbox?: boolean;
  needs_network?: boolean;
  reason?: string;
}

/** Undefined where the person wants no sandbox. */
export function wayOf({ state }: SandboxState, asked: Asked): Way {
  if (state === 'off') return undefined;
  if (asked.outside_sandbox || state === 'unavailable') return 'outside';
  return asked.needs_network ? 'network' : 'inside';
}

/** Characters of the model's reason that a person is shown. */
const REASON = 300;

/** What the model asks for, as the policy judges it. Where the person wants no sandbox there is nothing to ask. */
export function accessOf(
  way: Way,
  asked: Asked,
): Pick<Extract<Access, { kind: 'command' }>, 'outside' | 'network' | 'why'> {
  const { outside_sandbox: outside, needs_network: network, reason } = asked;
  if (way === undefined || (!outside && !network)) return {};
  const why = reason?.trim() && showControls(oneLine(reason)).slice(0, REASON);
  return { ...(outside ? { outside: true } : { network: true }), ...(why && { why }) };
}

export function detailOf(cwd: string | undefined, way: Way): Pick<ToolTitle, 'detail'> {
  const parts = [
    cwd !== undefined && `in ${cwd}`,
    way === 'outside' && 'outside the sandbox',
    way === 'network' && 'with network',
  ].filter(Boolean);
  return parts.length ? { detail: parts.join(', ') } : {};
}

const REFUSED_FILE =
  /read-only file system|permission denied|operation not permitted|device or resource busy|\bE(?:ROFS|ACCES|PERM|BUSY)\b/i;
const REFUSED_NETWORK =
  /could ?n[o']t resolve|temporary failure in name resolution|name or service not known|network is unreachable|getaddrinfo|no address associated|\b(?:ENOTFOUND|EAI_AGAIN|ENETUNREACH)\b|failed to lookup address|connection refused.*(?:docker|\.sock)/i;

/** What the model should know beside the output; nothing where the sandbox made no difference. */
export function explainSandbox(
  { sandbox, exitCode, head, tail }: CommandOutcome,
  roots: readonly string[],
): string[] {
  if (!sandbox) return [];
  const said: string[] = [];
  const output = exitCode === 0 ? '' : head.slice(-8_000) + tail.slice(-8_000);
  if (!sandbox.network && REFUSED_NETWORK.test(output))
    said.push(
      '[the sandbox has no network. If the command needs it, call run_command again with needs_network and a reason: the person is asked]',
    );
  else if (REFUSED_FILE.test(output))
    said.push(
      '[the sandbox may have refused that: inside it only the workspace and /tmp can be written, not the files that steer tools (.git/config and hooks, .vscode, AGENTS.md, CI, .npmrc and the like), and secrets (.env, keys) cannot be read. Change such a file with edit_file or write_file; if the command must do it, call run_command again with outside_sandbox and a reason: the person is asked]',
    );
  if (sandbox.takenBack.length > 0)
    said.push(
      `[the command made files that steer tools, and they were taken out of the workspace again: ${sandbox.takenBack.map(file => shownPath(roots, file)).join(', ')}. Write them with write_file instead: the person is asked]`,
    );
  return said;
}
