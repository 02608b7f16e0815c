import { percentOf, split } from './money.js';

/**
 * @typedef {object} Line
 * @property {string} text
 * @property {number} quantity
 * @property {number} unitCents
 * @property {number} [taxRate] 0.19 unless the line says otherwise
 *
 * @typedef {object} Invoice
 * @property {string} number
 * @property {string} customer
 * @property {string} issued a day, YYYY-MM-DD
 * @property {number} terms days to pay
 * @property {Line[]} lines
 */

const STANDARD_RATE = 0.19;

/**
 * What a line costs before tax.
 *
 * @param {Line} line
 * @returns {number} cents
 */
export function lineNet(line) {
  return line.quantity * line.unitCents;
}

/**
 * The sums of an invoice. Tax is rounded once for each line, as it is printed there.
 *
 * @param {Pick<Invoice, 'lines'>} invoice
 */
export function invoiceTotal({ lines }) {
  let netCents = 0;
  let taxCents = 0;
  for (const line of lines) {
    netCents += lineNet(line);
    taxCents += percentOf(lineNet(line), line.taxRate ?? STANDARD_RATE);
  }
  return { netCents, taxCents, totalCents: netCents + taxCents };
}

/**
 * Who pays how much when several people share an invoice.
 *
 * @param {Pick<Invoice, 'lines'>} invoice
 * @param {string[]} people
 * @returns {{ person: string, cents: number }[]}
 */
export function splitInvoice(invoice, people) {
  const shares = split(invoiceTotal(invoice).totalCents, people.length);
  return people.map((person, index) => ({ person, cents: shares[index] }));
}
