/**
 * The schema set: what people ask, which tools are on offer, and what a careful model does about it, labelled by
 * hand. Ordered so that the first N are as varied as the whole.
 */
import type { CaseToolName } from './caseTools.ts';

export interface Case {
  ask: string;
  tools: readonly CaseToolName[];
  /** The tool to call, or none: the answer needs no tool, or no tool on offer fits. */
  expect: CaseToolName | 'none';
}

const row = (expect: Case['expect'], ask: string, ...tools: CaseToolName[]): Case => ({ expect, ask, tools });

export const CASES: readonly Case[] = [
  row(
    'search_text',
    'Search the project for every TODO in TypeScript files; 50 matches are enough.',
    'search_text',
    'edit_file',
    'run_command',
  ),
  row(
    'create_event',
    'Put a meeting "Release review" into the calendar on 2027-03-04 from 14:30 for 45 minutes with ada@example.org and max@example.org.',
    'create_event',
    'send_email',
    'get_weather',
  ),
  row('none', 'How many legs does a spider have?', 'get_weather', 'resize_image'),
  row(
    'edit_file',
    'In src/config.ts replace the text `retries: 3` with `retries: 5`, and `timeout: 1000` with `timeout: 2500`.',
    'edit_file',
    'search_text',
  ),
  row(
    'query_database',
    'From the database table orders select id and total where status is open and total is at least 100; at most 20 rows.',
    'query_database',
    'send_email',
  ),
  row(
    'convert_currency',
    'Convert 149.90 euros into the currency of Japan.',
    'convert_currency',
    'get_weather',
    'book_table',
  ),
  row(
    'deploy_service',
    'Deploy the service checkout to the staging environment with 3 replicas, LOG_LEVEL set to debug, as a dry run.',
    'deploy_service',
    'run_command',
  ),
  row(
    'send_email',
    'Send an email to ops@example.org, subject "Disk full on db-2". Body: first line "It is at 97 %.", second line "Please look." High priority.',
    'send_email',
    'create_issue',
  ),
  row(
    'update_plan',
    'Update the plan of the task: reading the code is done, writing the test is active, fixing the bug is pending.',
    'update_plan',
    'run_command',
  ),
  row('none', 'Say hello in one short sentence.', 'query_database', 'deploy_service', 'plot_chart'),
  row(
    'plot_chart',
    'Draw a line chart of the numbers of two series: "2025" with (1, 4), (2, 7.5), (3, -2), and "2026" with (1, 5), (2, 6.25).',
    'plot_chart',
    'query_database',
  ),
  row(
    'book_table',
    'Book a table at the restaurant Zur Linde for 6 people on 2027-05-21 at 19:15, no special wishes.',
    'book_table',
    'create_event',
  ),
  row(
    'translate_text',
    'Translate into French, politely: "Where is the station? I said \\"now\\"."',
    'translate_text',
    'send_email',
  ),
  row(
    'resize_image',
    'Resize the image assets/logo.png to 512 by 256 pixels; keep all of it visible, on a white background.',
    'resize_image',
    'edit_file',
  ),
  row(
    'create_issue',
    'Open an issue in the tracker titled "Crash on empty input", labelled bug and question, assigned to nobody. Body: a heading "Steps" and a code block with `run("")`.',
    'create_issue',
    'send_email',
  ),
  row(
    'run_command',
    'Run the shell command that counts the lines of all *.md files below docs; kill it after 30 seconds.',
    'run_command',
    'search_text',
  ),
  row(
    'get_weather',
    'What will the weather in Reykjavík be for the next 3 days, in celsius?',
    'get_weather',
    'create_event',
    'translate_text',
  ),
  row('none', 'What is the capital of Portugal?', 'run_command', 'edit_file', 'update_plan'),
  row(
    'create_event',
    'Add a calendar meeting "Standup" on 2027-01-11 at 09:00, 15 minutes, nobody invited, every day, 10 times.',
    'create_event',
    'update_plan',
  ),
  row(
    'search_text',
    'Search the files for the regular expression \\bfoo\\(\\s*"[^"]+"\\s*\\) in *.js and *.mjs.',
    'search_text',
    'run_command',
  ),
  row(
    'edit_file',
    'Replace every occurrence of the text `"use strict";` in the file lib/a b/index.js with nothing.',
    'edit_file',
    'create_issue',
    'run_command',
  ),
  row(
    'query_database',
    'Select name and email of customers from the database whose email is like %@example.com, 100 rows.',
    'query_database',
    'search_text',
  ),
  row('none', 'Which is larger, 0.9 or 0.11?', 'book_table', 'translate_text'),
  row(
    'send_email',
    'Write and send an email to a@example.org, b@example.org and c@example.org: subject "Lunch", body "Friday 12:30? — 好吗？"',
    'send_email',
    'book_table',
    'create_event',
  ),
  row(
    'deploy_service',
    'Deploy the service search to the production environment for real: 12 replicas and no variables.',
    'deploy_service',
    'query_database',
  ),
  row(
    'convert_currency',
    'How much is an amount of 1 million Korean won in Swiss francs? Convert it.',
    'convert_currency',
    'plot_chart',
  ),
  row(
    'plot_chart',
    'Draw a bar chart of the numbers of one series "open issues": 1 is 14, 2 is 9, 3 is 22, 4 is 0.',
    'plot_chart',
    'create_issue',
  ),
  row(
    'run_command',
    'Run the command `npm test -- --grep "a \'quoted\' name"` in a shell with CI set to 1.',
    'run_command',
    'update_plan',
  ),
  row(
    'translate_text',
    'Translate this text into Chinese, not formal: "Good night,\nsleep well."',
    'translate_text',
    'get_weather',
  ),
  row(
    'none',
    'Complete the proverb: a stitch in time saves ...',
    'resize_image',
    'convert_currency',
    'deploy_service',
  ),
  row(
    'create_issue',
    'Open an issue in the tracker for mia: "Document the retry rules", a docs task. Body: two bullet points of your choice.',
    'create_issue',
    'update_plan',
  ),
  row(
    'book_table',
    'Book a restaurant table: Sushi Ko, 2 guests, 2027-02-14, half past eight in the evening; they wish a quiet corner.',
    'book_table',
    'get_weather',
    'send_email',
  ),
  row(
    'resize_image',
    'Resize the image photos/team.jpg so that it covers 1200 by 630 pixels exactly.',
    'resize_image',
    'plot_chart',
  ),
  row(
    'update_plan',
    'Replace the plan of the task with five items about moving a small website to a new host; all are pending.',
    'update_plan',
    'deploy_service',
  ),
  row(
    'get_weather',
    'Weather forecast for the city of São Paulo, one week, in fahrenheit.',
    'get_weather',
    'convert_currency',
  ),
  row('none', 'Spell the word "necessary" backwards.', 'create_event', 'query_database'),
  row(
    'edit_file',
    'In the file notes.md put the text "Done: 100 %" in the place of "Open: 3 \\ 7".',
    'edit_file',
    'translate_text',
  ),
  row(
    'query_database',
    'Select number, due and amount from the database table invoices, at most 5 rows, without a condition.',
    'query_database',
    'plot_chart',
  ),
  row(
    'send_email',
    'Send an email with low priority to "library@example.org": subject "Renewal", and a body of three polite lines.',
    'send_email',
    'translate_text',
  ),
  row('none', 'Name three primary colours.', 'search_text', 'send_email', 'create_issue'),
];

/** How many are asked unless told otherwise. */
export const DEFAULT_CASES = 20;
