/** Sorts by time, and says it: `20261123-143005-x7k2`. */
export function newId(now: number): string {
  const time = new Date(now).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${time}-${crypto.randomUUID().slice(0, 4)}`;
}
