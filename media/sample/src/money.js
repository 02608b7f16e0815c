/**
 * Money is whole cents. Nothing here ever holds a fraction of one, so nothing can get lost by rounding twice.
 */

/**
 * Cents as people read them.
 *
 * @param {number} cents
 * @returns {string}
 * @example formatCents(123456) // '1,234.56'
 * @example formatCents(5) // '0.05'
 * @example formatCents(-250) // '-2.50'
 */
export function formatCents(cents) {
  const sign = cents < 0 ? '-' : '';
  const digits = String(Math.abs(cents)).padStart(3, '0');
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign}${whole}.${digits.slice(-2)}`;
}

/**
 * A share of an amount, rounded half up to whole cents.
 *
 * @param {number} cents
 * @param {number} rate 0.19 for 19 %
 * @returns {number}
 * @example percentOf(1000, 0.19) // 190
 * @example percentOf(1050, 0.07) // 74
 */
export function percentOf(cents, rate) {
  return Math.round(cents * rate);
}

/**
 * Splits an amount into shares that are as equal as whole cents allow.
 *
 * @param {number} cents
 * @param {number} ways how many people share it
 * @returns {number[]} one share for each of them
 * @example split(900, 3) // [300, 300, 300]
 */
export function split(cents, ways) {
  const share = Math.floor(cents / ways);
  return Array.from({ length: ways }, () => share);
}
