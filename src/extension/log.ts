/**
 * The output channel "Ascent". At its usual level it holds what happened and the kinds of failures: no prompts, no
 * paths, no keys. The full text of an error is written at the level "debug", which a person has to choose.
 */
import type { LogOutputChannel } from 'vscode';

export interface Log {
  info(text: string): void;
  /** `what` is our own wording; of `error` only its kind is written at the usual level. */
  failure(what: string, error: unknown): void;
  show(): void;
}

export function createLog(channel: Pick<LogOutputChannel, 'info' | 'error' | 'debug' | 'show'>): Log {
  return {
    info: text => channel.info(text),
    failure(what, error) {
      channel.error(`${what}: ${kindOf(error)}`);
      channel.debug(error instanceof Error ? (error.stack ?? error.message) : String(error));
    },
    show: () => channel.show(),
  };
}

/** The error's class and code: `HostError notFound`, `ModelError auth 401`. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code, kind, status } = error as { code?: unknown; kind?: unknown; status?: unknown };
  return [error.name, code ?? kind, status].filter(part => part !== undefined).join(' ');
}
