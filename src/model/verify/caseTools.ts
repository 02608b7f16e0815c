/** The tools of the schema set: closed objects with the shapes that agents' tools have, and that models get wrong. */
import type { Json } from '../json.ts';

const text = (description: string): Json => ({ type: 'string', description });
const whole = (description: string, minimum: number, maximum: number): Json => ({
  type: 'integer',
  description,
  minimum,
  maximum,
});
const one = (description: string, ...values: string[]): Json => ({
  type: 'string',
  description,
  enum: values,
});
const list = (description: string, items: Json, minItems = 1): Json => ({
  type: 'array',
  description,
  items,
  minItems,
});
const shaped = (description: string, pattern: string): Json => ({ type: 'string', description, pattern });
const closed = (properties: Json, optional: string[] = []): Json => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter(name => !optional.includes(name)),
  additionalProperties: false,
});

export interface CaseTool {
  description: string;
  parameters: Json;
}

const DATE = '^\\d{4}-\\d{2}-\\d{2}$';
const TIME = '^\\d{2}:\\d{2}$';

export const CASE_TOOLS = {
  search_text: {
    description: 'Search the files of the project for a regular expression.',
    parameters: closed(
      {
        pattern: text('Regular expression.'),
        globs: list('Only files that match one of these, for example "*.ts".', { type: 'string' }),
        max: whole('Stop after this many matches.', 1, 500),
      },
      ['globs', 'max'],
    ),
  },
  edit_file: {
    description: 'Replace pieces of text in a file.',
    parameters: closed({
      path: text('Relative path.'),
      edits: list(
        'Applied in order.',
        closed(
          {
            old_text: text('Exactly as it stands in the file.'),
            new_text: text('What takes its place.'),
            replace_all: { type: 'boolean', description: 'Every occurrence, not the first alone.' },
          },
          ['replace_all'],
        ),
      ),
    }),
  },
  run_command: {
    description: 'Run a shell command.',
    parameters: closed(
      {
        command: text('One line of bash.'),
        timeout_seconds: whole('Killed after this long.', 1, 600),
        environment: {
          type: 'object',
          description: 'Variables by name.',
          additionalProperties: { type: 'string' },
        },
      },
      ['timeout_seconds', 'environment'],
    ),
  },
  update_plan: {
    description: 'Replace the plan of the current task.',
    parameters: closed({
      items: list(
        'All items, in order.',
        closed({ text: text('A few words.'), status: one('How far it is.', 'pending', 'active', 'done') }),
      ),
    }),
  },
  create_event: {
    description: 'Put a meeting into the calendar.',
    parameters: closed(
      {
        title: text('What it is about.'),
        date: shaped('YYYY-MM-DD', DATE),
        start: shaped('HH:MM, 24 hours', TIME),
        minutes: whole('Its length.', 5, 1440),
        attendees: list('E-mail addresses.', shaped('An address.', '^[^@\\s]+@[^@\\s]+$'), 0),
        repeat: closed({
          every: one('How often.', 'day', 'week', 'month'),
          times: whole('How many in all.', 2, 100),
        }),
      },
      ['repeat'],
    ),
  },
  get_weather: {
    description: 'Weather forecast for a city.',
    parameters: closed({
      city: text('Its name.'),
      unit: one('Of the temperatures.', 'celsius', 'fahrenheit'),
      days: whole('How many, from today on.', 1, 10),
    }),
  },
  convert_currency: {
    description: 'Convert an amount of money from one currency into another.',
    parameters: closed({
      amount: { type: 'number', description: 'How much.', exclusiveMinimum: 0 },
      from: shaped('ISO 4217 code.', '^[A-Z]{3}$'),
      to: shaped('ISO 4217 code.', '^[A-Z]{3}$'),
    }),
  },
  query_database: {
    description: 'Select rows of a database table.',
    parameters: closed(
      {
        table: one('Which.', 'customers', 'orders', 'invoices'),
        columns: list('Names of the columns.', { type: 'string' }),
        where: list(
          'All must hold.',
          closed({
            column: text('Its name.'),
            operator: one('How to compare.', '=', '!=', '<', '<=', '>', '>=', 'like'),
            value: text('As text, whatever its type.'),
          }),
        ),
        limit: whole('Most rows.', 1, 1000),
      },
      ['where'],
    ),
  },
  send_email: {
    description: 'Send an email.',
    parameters: closed(
      {
        to: list('Addresses.', shaped('An address.', '^[^@\\s]+@[^@\\s]+$')),
        subject: text('One line.'),
        body: text('Plain text; may have several lines.'),
        priority: one('Only when asked for.', 'low', 'normal', 'high'),
      },
      ['priority'],
    ),
  },
  resize_image: {
    description: 'Resize an image.',
    parameters: closed(
      {
        path: text('Relative path.'),
        width: whole('Pixels.', 1, 10_000),
        height: whole('Pixels.', 1, 10_000),
        fit: one('What happens when the sides do not match.', 'cover', 'contain', 'fill'),
        background: shaped('Colour behind it.', '^#[0-9a-fA-F]{6}$'),
      },
      ['background'],
    ),
  },
  translate_text: {
    description: 'Translate a text into another language.',
    parameters: closed({
      text: text('What to translate.'),
      language: one('ISO 639-1 code of the target.', 'de', 'en', 'es', 'fr', 'ja', 'zh'),
      formal: { type: 'boolean', description: 'Polite forms.' },
    }),
  },
  book_table: {
    description: 'Book a table at a restaurant.',
    parameters: closed({
      restaurant: text('Its name.'),
      guests: whole('How many people.', 1, 20),
      date: shaped('YYYY-MM-DD', DATE),
      time: shaped('HH:MM, 24 hours', TIME),
      wishes: { type: ['string', 'null'], description: 'Null when there are none.' },
    }),
  },
  create_issue: {
    description: 'Open an issue in the tracker.',
    parameters: closed({
      title: text('One line.'),
      body: text('Markdown.'),
      labels: list('At least one.', one('A label.', 'bug', 'feature', 'docs', 'question')),
      assignee: { type: ['string', 'null'], description: 'User name; null for nobody.' },
    }),
  },
  deploy_service: {
    description: 'Deploy a service to an environment.',
    parameters: closed({
      service: text('Its name.'),
      environment: one('Where.', 'staging', 'production'),
      replicas: whole('How many copies.', 1, 50),
      variables: { type: 'object', description: 'By name.', additionalProperties: { type: 'string' } },
      dry_run: { type: 'boolean', description: 'Show what would happen, and do nothing.' },
    }),
  },
  plot_chart: {
    description: 'Draw a chart of numbers.',
    parameters: closed({
      kind: one('Its form.', 'line', 'bar', 'scatter'),
      series: list(
        'At least one.',
        closed({
          name: text('For the legend.'),
          points: list('Pairs of x and y.', {
            type: 'array',
            items: { type: 'number' },
            minItems: 2,
            maxItems: 2,
          }),
        }),
      ),
    }),
  },
} satisfies Record<string, CaseTool>;

export type CaseToolName = keyof typeof CASE_TOOLS;
