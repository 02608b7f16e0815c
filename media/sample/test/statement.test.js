import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statement } from '../src/statement.js';

const invoice = {
  number: '2026-041',
  customer: 'Lakeside Rowing Club',
  issued: '2026-03-02',
  terms: 30,
  lines: [{ text: 'Boat hire', quantity: 2, unitCents: 4500 }],
};

test('prints an invoice that is not due yet', () => {
  assert.equal(
    statement(invoice, '2026-03-20'),
    [
      'Invoice 2026-041 for Lakeside Rowing Club',
      'Issued 2026-03-02, due 2026-04-01',
      '',
      '2 x Boat hire..............................90.00',
      '------------------------------------------------',
      'Net........................................90.00',
      'Tax........................................17.10',
      'To pay....................................107.10',
    ].join('\n'),
  );
});
