/**
 * How the model learns of plan mode: by a line at the end of what the person sends, and one more when the mode changes
 * while it works. The system prompt and the tools keep their bytes (the prompt cache); what a line only says, the policy
 * and the host hold.
 */
export const PLAN_ON =
  '[Plan mode is on. Look, read and search as far as you need; whatever would change or start something is refused. ' +
  'Work out how the task is to be done and answer with the plan: which files, what changes in them, which commands, ' +
  'how to check it, what could go wrong. The person ends plan mode.]';

export const PLAN_OFF =
  '[Plan mode is off. Changes may be made now; where the person has to approve them, they are asked.]';

/** What the model was told last, and what it has to be told next. A fold of the session's modes. */
export class PlanNotes {
  private planning = false;
  private told = false;

  set mode(mode: string) {
    this.planning = mode === 'plan';
  }

  /** What the model was told gave way to a summary. */
  forget(): void {
    this.told = false;
  }

  /** The person's words, with the line that belongs to them: each message while planning, and the first one after. */
  under(text: string): string {
    const line = this.planning ? PLAN_ON : this.told ? PLAN_OFF : undefined;
    this.told = this.planning;
    return line ? `${text}\n\n${line}` : text;
  }

  /** Before a step: the line to say when the mode changed since the model was told. */
  due(): string | undefined {
    if (this.planning === this.told) return undefined;
    this.told = this.planning;
    return this.planning ? PLAN_ON : PLAN_OFF;
  }
}
