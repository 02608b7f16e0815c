import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invoiceTotal, splitInvoice } from '../src/invoice.js';

const invoice = {
  lines: [
    { text: 'Boat hire', quantity: 2, unitCents: 4500 },
    { text: 'Life jackets', quantity: 6, unitCents: 250, taxRate: 0.07 },
  ],
};

test('adds up lines and rounds tax once for each line', () => {
  assert.deepEqual(invoiceTotal(invoice), { netCents: 10500, taxCents: 1815, totalCents: 12315 });
});

test('an invoice without lines costs nothing', () => {
  assert.deepEqual(invoiceTotal({ lines: [] }), { netCents: 0, taxCents: 0, totalCents: 0 });
});

test('gives everybody a share', () => {
  assert.deepEqual(splitInvoice(invoice, ['Ada', 'Ben', 'Cleo']), [
    { person: 'Ada', cents: 4105 },
    { person: 'Ben', cents: 4105 },
    { person: 'Cleo', cents: 4105 },
  ]);
});
