/** From the argument text a model wrote to a tool's input, or to words that let the model mend it. */
import * as z from 'zod';
import { ToolFailure } from '../tools/tool.ts';

/**
 * Strict on purpose: a guess at broken JSON could edit the wrong code. One thing is forgiven, since K2 hosts do it and
 * it has one reading only: no arguments at all.
 */
export function parseArguments<T>(text: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text.trim() || '{}');
  } catch (error) {
    throw new ToolFailure(
      `The arguments are not valid JSON (${withoutQuote(error as Error)}). Nothing was done. Send the call again with valid JSON; if they were cut off for their length, do it in smaller parts.`,
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ToolFailure(
    `The arguments do not fit the tool's schema. Nothing was done.\n${z.prettifyError(parsed.error)}`,
  );
}

/** What was broken may hold control tokens, which belong neither on the screen nor into the next prompt. */
const withoutQuote = ({ message }: Error) => message.replace(/, (\.\.\.)?".*is not valid JSON$/s, '');
