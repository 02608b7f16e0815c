/**
 * Addresses in a file that editors fetch by themselves as soon as it is opened or saved, and addresses that carry a lot
 * of text: writing such a file can send data away without any request of ours.
 */

/** What a schema, a base configuration or a type definition is fetched from. */
const FETCHED = [
  /\$schema["']?\s*[:=]\s*["']?(https?:\/\/[^\s"'<>,}\]]+)/gi,
  /["']?\bextends["']?\s*[:=]\s*\[?\s*["'](https?:\/\/[^\s"'<>]+)/gi,
  /schemaLocation\s*=\s*["'](?:[^"']*?\s)?(https?:\/\/[^\s"'<>]+)["'\s]/gi,
  /<!DOCTYPE[^>]{0,2000}["'](https?:\/\/[^\s"'<>]+)["']/gi,
  /<\?xml-(?:model|stylesheet)[^>]{0,2000}href=["'](https?:\/\/[^\s"'<>]+)["']/gi,
];
/** More text behind `?` or `#` than an address needs. Characters. */
const LONG_QUERY = /https?:\/\/[^\s"'<>()[\]{}?#]{1,2000}[?#][^\s"'<>()[\]{}]{100,4000}/gi;
/** Homes of schemas that many files name, and that take nothing but the address of one. */
const SCHEMA_HOSTS =
  /^(?:(?:json|www)\.)?schemastore\.org$|^json-schema\.org$|^www\.w3\.org$|^maven\.apache\.org$/;
const MOST = 20;

/** Those that `after` has and `before` has not. */
export function newEgress(before: string, after: string): string[] {
  const known = new Set(egress(before));
  return [...new Set(egress(after))].filter(url => !known.has(url)).slice(0, MOST);
}

function egress(text: string): string[] {
  const fetched = FETCHED.flatMap(pattern => [...text.matchAll(pattern)].map(m => m[1]!));
  const long = [...text.matchAll(LONG_QUERY)].map(m => m[0]);
  return [...fetched.filter(url => !isSchemaHome(url)), ...long];
}

function isSchemaHome(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && SCHEMA_HOSTS.test(url.host) && url.search === '';
}
