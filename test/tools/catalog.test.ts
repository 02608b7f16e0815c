import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { declarations } from '../../src/tools/catalog.ts';
import { EditFileInput } from '../../src/tools/editFile.ts';

const declare = (input: z.ZodType) => declarations([{ name: 'tool', description: 'Does it.\n', input }])[0]!;

describe('declarations', () => {
  it('keeps to the schema every backend takes', () => {
    expect(declare(EditFileInput).parameters).toEqual({
      type: 'object',
      properties: {
        path: { type: 'string', description: expect.any(String) },
        edits: {
          type: 'array',
          description: expect.any(String),
          items: {
            type: 'object',
            properties: {
              old_text: { type: 'string', description: expect.any(String) },
              new_text: { type: 'string', description: expect.any(String) },
              replace_all: { type: 'boolean', description: expect.any(String) },
            },
            required: ['old_text', 'new_text'],
            additionalProperties: false,
          },
        },
      },
      required: ['path', 'edits'],
      additionalProperties: false,
    });
  });

  it('refuses an input whose type a backend could not tell', () => {
    expect(() => declare(z.object({ value: z.unknown() }))).toThrow('needs a type');
  });

  it('ends descriptions without a line break', () => {
    expect(declare(z.object({})).description).toBe('Does it.');
  });
});
