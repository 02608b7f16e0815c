import { daysBetween, dueDate } from './dates.js';
import { invoiceTotal, lineNet } from './invoice.js';
import { formatCents } from './money.js';

const WIDTH = 48;

/**
 * An invoice as text, with a reminder once it is overdue.
 *
 * @param {import('./invoice.js').Invoice} invoice
 * @param {string} today
 * @returns {string}
 */
export function statement(invoice, today) {
  const due = dueDate(invoice.issued, invoice.terms);
  const daysLate = daysBetween(due, today);
  const { netCents, taxCents, totalCents } = invoiceTotal(invoice);

  const rows = invoice.lines.map(line => row(`${line.quantity} x ${line.text}`, lineNet(line)));
  const text = [
    `Invoice ${invoice.number} for ${invoice.customer}`,
    `Issued ${invoice.issued}, due ${due}`,
    '',
    ...rows,
    '-'.repeat(WIDTH),
    row('Net', netCents),
    row('Tax', taxCents),
    row('To pay', totalCents),
  ];
  if (daysLate > 0) text.push('', `This invoice is ${dayLate} days overdue.`);
  return text.join('\n');
}

/**
 * @param {string} label
 * @param {number} cents
 */
function row(label, cents) {
  const amount = formatCents(cents);
  return label.padEnd(WIDTH - amount.length, '.') + amount;
}
