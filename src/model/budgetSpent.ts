import { ModelError } from './client.ts';

/** A reply as far as it came. */
export interface Begun {
  reasoning: string;
  text: string;
}

/** What may help: asking again for more output tokens, or going on where the reply broke off. */
export type Remedy = 'larger' | 'continue';

/** The output budget ran out before the reply was whole. */
export class BudgetSpent extends ModelError {
  readonly begun: Begun;
  /** Absent: nothing is left to try. */
  readonly remedy: Remedy | undefined;

  constructor(begun: Begun, remedy?: Remedy) {
    super(
      'empty',
      begun.text.trim()
        ? 'The output budget was used up in the middle of the answer.'
        : 'The output budget was used up before the answer began.',
    );
    this.begun = begun;
    this.remedy = remedy;
  }
}
