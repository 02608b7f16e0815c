/**
 * A tool says what it would do (`prepare` → plan), and does it (`run`). It never asks and never decides: approval,
 * parallelism, preview and recovery read the plan.
 */
import type * as z from 'zod';
import type { Access, Effect, FileSeen } from '../protocol/access.ts';
import type { PlanItem, ToolDisplay, ToolTitle } from '../protocol/display.ts';

export interface ToolResult {
  isError: boolean;
  /** For the model. */
  content: string;
  /** For people; without it the card shows `content`. */
  display?: ToolDisplay;
  /** Files the model has now seen, or that it wrote. */
  seen?: FileSeen[];
  /** How long it took, where that is not the time that `run` took. */
  durationMs?: number;
}

/** What a running tool may use besides what it was made with. */
export interface RunContext {
  callId: string;
  signal: AbortSignal;
  /** Nobody was asked and nothing was granted: it runs because of what it is. */
  unasked: boolean;
  /** Live output for people. */
  output(text: string): void;
  /** Asks the person and waits. Throws when nobody can answer. */
  ask(question: string, options: string[]): Promise<string>;
  setPlan(items: PlanItem[]): Promise<void>;
}

/** Whether anybody was asked mattered when it began. */
export type TakeUpContext = Omit<RunContext, 'unasked'>;

export interface ToolPlan {
  title: ToolTitle;
  access: Access[];
  /** What people see before they allow it. */
  preview?: ToolDisplay;
  /** What will change; recorded durably before `run`. Empty for reads. */
  effects: Effect[];
  run(ctx: RunContext): Promise<ToolResult>;
}

export interface Tool<Input = unknown> {
  name: string;
  /** For the model; kept in a .md beside the code. */
  description: string;
  input: z.ZodType<Input>;
  /** Changes nothing and asks nobody: its calls may overlap. */
  readOnly: boolean;
  /** Looks, changes nothing. Throw ToolFailure for what the model should mend. */
  prepare(input: Input, signal: AbortSignal): Promise<ToolPlan>;
  /**
   * For a tool whose effects may outlive the process that began them: finds out, waits for the end where there is one
   * to wait for, and never does it again. Undefined when it was certainly not begun, and cannot begin any more.
   */
  takeUp?(begun: Begun, ctx: TakeUpContext): Promise<ToolResult | undefined>;
}

/** What was recorded before a call's effects: they may have happened, and its result was not recorded. */
export interface Begun {
  effects: readonly Effect[];
  /** Milliseconds since the epoch. */
  at: number;
}

/** Expected trouble, written for the model: what went wrong and what to do next. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
}

/** Which version of a file the model has last seen: the stale-file guard's memory, a fold of the session's log. */
export interface SeenFiles {
  hashOf(path: string): string | undefined;
}
