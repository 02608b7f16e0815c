export { addDays, daysBetween, dueDate } from './dates.js';
export { invoiceTotal, lineNet, splitInvoice } from './invoice.js';
export { formatCents, percentOf, split } from './money.js';
export { statement } from './statement.js';
