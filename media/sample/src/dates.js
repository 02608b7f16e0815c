/**
 * Days as `YYYY-MM-DD`, counted in UTC so that no time zone and no summer time can shift them.
 */

const DAY = 24 * 60 * 60 * 1000;

/**
 * The day so many days later, or earlier when `days` is negative.
 *
 * @param {string} date
 * @param {number} days
 * @returns {string}
 * @example addDays('2026-02-27', 2) // '2026-03-01'
 * @example addDays('2026-01-01', -1) // '2025-12-31'
 */
export function addDays(date, days) {
  return new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);
}

/**
 * How many days lie between two dates; negative when the second is the earlier one.
 *
 * @param {string} from
 * @param {string} to
 * @returns {number}
 * @example daysBetween('2026-03-02', '2026-04-01') // 30
 * @example daysBetween('2026-03-02', '2026-03-02') // 0
 * @example daysBetween('2026-03-02', '2026-03-01') // -1
 */
export function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY);
}

/**
 * When an invoice is to be paid. A due date on a weekend moves to the Monday after it.
 *
 * @param {string} issued
 * @param {number} terms days to pay
 * @returns {string}
 * @example dueDate('2026-03-02', 30) // '2026-04-01'
 * @example dueDate('2026-03-02', 5) // '2026-03-09'
 */
export function dueDate(issued, terms) {
  const due = addDays(issued, terms);
  const weekday = new Date(due).getUTCDay();
  if (weekday === 6) return addDays(due, 2);
  if (weekday === 0) return addDays(due, 1);
  return due;
}
