/** The local day of a moment (milliseconds since the epoch), as YYYY-MM-DD: what people mean by "today". */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
