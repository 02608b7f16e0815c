// Looks into a packaged extension:  node scripts/verify-vsix.mjs FILE
// It may hold what it needs to run and nothing else: no sources, no source maps, no secrets, no paths of this machine.
import { homedir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { root } from './lib/paths.mjs';
import { asProgram } from './lib/program.mjs';

const kB = 1000;
const required = {
  'extension/package.json': 200 * kB,
  'extension/dist/extension.cjs': 1500 * kB,
  'extension/dist/cli.cjs': 1500 * kB,
  'extension/dist/webview.js': 250 * kB,
  'extension/dist/webview.css': 100 * kB,
  'extension/dist/web-tree-sitter.wasm': 300 * kB,
  'extension/dist/tree-sitter-bash.wasm': 1600 * kB,
  'extension/readme.md': 100 * kB,
  'extension/LICENSE.txt': 10 * kB,
};
const allowed = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/changelog\.md$/i,
  /^extension\/dist\/[\w.-]+\.ttf$/,
  /^extension\/media\/[\w.-]+\.(svg|png|md)$/,
  /^extension\/media\/walkthrough\/[\w.-]+\.(svg|png|md)$/,
  /^extension\/media\/sample\/[\w./-]+\.(js|mjs|json|md)$/,
];
const secretNames = /(^|\/)(\.env|\.npmrc|\.git|id_[rd]sa|.*\.(pem|key|p12|pfx))(\.|\/|$)/i;
const secretTexts = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bsk-[A-Za-z0-9]{32,}/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
];
/** Bytes of all files together. */
const largest = 5500 * kB;

/** @param {string} file @returns {Promise<Map<string, Buffer>>} */
async function readArchive(file) {
  const yauzl = (await import('yauzl')).default;
  const archive = await yauzl.openPromise(file);
  /** @type {Map<string, Buffer>} */
  const entries = new Map();
  for await (const entry of archive.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    entries.set(entry.fileName, await buffer(await archive.openReadStreamPromise(entry)));
  }
  return entries;
}

/** Every file that the manifest of the extension names. @param {any} manifest @returns {string[]} */
function namedFiles(manifest) {
  /** @type {string[]} */
  const files = [];
  const look = (/** @type {unknown} */ value) => {
    if (typeof value === 'string' && /^(\.\/)?(media|dist)\//.test(value))
      files.push(path.posix.normalize(value));
    else if (value && typeof value === 'object') Object.values(value).forEach(look);
  };
  look([manifest.main, manifest.browser, manifest.icon, manifest.bin, manifest.contributes]);
  return files;
}

/** @param {Map<string, Buffer>} entries @returns {string[]} what is wrong */
function problemsOf(entries) {
  const problems = [];
  for (const [name, most] of Object.entries(required)) {
    const size = entries.get(name)?.length;
    if (size === undefined) problems.push(`${name} is missing`);
    else if (size > most) problems.push(`${name} has ${size} bytes, the budget is ${most}`);
  }
  for (const [name, content] of entries) {
    const wanted = name in required || allowed.some(pattern => pattern.test(name));
    if (!wanted || secretNames.test(name)) problems.push(`${name} does not belong in it`);
    const text = content.toString('latin1');
    if (secretTexts.some(pattern => pattern.test(text)))
      problems.push(`${name} holds what looks like a secret`);
    if (/\/\/[#@] sourceMappingURL=/.test(text)) problems.push(`${name} points to a source map`);
    for (const place of [path.resolve(root), homedir()])
      if (place.length > 5 && text.includes(place))
        problems.push(`${name} names a folder of this machine: ${place}`);
  }
  const manifest = entries.get('extension/package.json');
  if (manifest)
    for (const file of namedFiles(JSON.parse(manifest.toString('utf8'))))
      if (!entries.has(`extension/${file}`)) problems.push(`package.json names ${file}, which is missing`);
  if (/TargetPlatform=/.test(entries.get('extension.vsixmanifest')?.toString('utf8') ?? ''))
    problems.push('it is bound to one platform');
  return problems;
}

/** Throws with everything that is wrong. @param {string} file */
export async function checkContents(file) {
  const entries = await readArchive(file);
  const total = [...entries.values()].reduce((sum, content) => sum + content.length, 0);
  const problems = problemsOf(entries);
  if (total > largest) problems.push(`all files together have ${total} bytes, the budget is ${largest}`);
  for (const [name, content] of entries) console.log(`${String(content.length).padStart(9)}  ${name}`);
  if (problems.length > 0) throw new Error(`${path.basename(file)}:\n  ${problems.join('\n  ')}`);
  console.log(
    `${path.basename(file)}: ${entries.size} files, ${Math.round(total / kB)} kB unpacked, nothing else.`,
  );
}

await asProgram(import.meta.url, async () => {
  const file = process.argv[2];
  if (!file) throw new Error('Which file? node scripts/verify-vsix.mjs FILE');
  await checkContents(file);
});
