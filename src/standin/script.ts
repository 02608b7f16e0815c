/** The words scenarios are written in. A scenario is a pure function from what happened so far to the next reply. */
import type { Conversation } from './conversation.ts';

/** A tool call as a scenario makes it; ids and encoding are the wire's business. */
export interface Call {
  name: string;
  arguments: Record<string, unknown>;
}

/** K2 always writes in this order: it thinks, it speaks, it calls. Without calls the turn is over. */
export interface Reply {
  reasoning: string;
  text?: string;
  calls?: Call[];
}

export interface Scenario {
  name: string;
  /** What it can do, as a person reads it in a list. */
  about: string;
  /** Is this what the person asked for? Given the text of their message. */
  matches(text: string): boolean;
  next(conversation: Conversation): Reply;
}

/** Thinks, and ends the turn with an answer (markdown). */
export const answer = (reasoning: string, ...text: string[]): Reply => ({
  reasoning,
  text: text.join('\n\n'),
});

/** Thinks, and acts. Calls that do not depend on each other go out together. */
export const act = (reasoning: string, ...calls: Call[]): Reply => ({ reasoning, calls });

/** As `act`, with a word to the person first. */
export const say = (reply: Reply, text: string): Reply => ({ ...reply, text });

const call =
  <A extends Record<string, unknown>>(name: string) =>
  (args: A): Call => ({ name, arguments: args });

export const readFile = call<{ path: string; start_line?: number; end_line?: number }>('read_file');
export const writeFile = call<{ path: string; content: string }>('write_file');
export const editFile = call<{
  path: string;
  edits: { old_text: string; new_text: string; replace_all?: boolean }[];
}>('edit_file');
export const listFiles = call<{ path: string }>('list_files');
export const runCommand = call<{ command: string; cwd?: string; timeout_seconds?: number }>('run_command');
export const diagnostics = call<{ paths?: string[] }>('diagnostics');
export const askUser = call<{ question: string; options?: string[] }>('ask_user');

/** The plan with its first `done` items ticked and the next one active. */
export const plan = (items: readonly string[], done: number): Call => ({
  name: 'update_plan',
  arguments: {
    items: items.map((text, index) => ({
      text,
      status: index < done ? 'done' : index === done ? 'active' : 'pending',
    })),
  },
});
