// The sample project: a fresh copy under git, for people to try Ascent on and for tests to work in.
import { cpSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';
import { must } from './process.mjs';
import { asProgram } from './program.mjs';

export const sampleSource = path.join(root, 'media', 'sample');

/** Replaces `folder` with a new copy, committed once. @param {string} folder */
export async function copySample(folder) {
  if (!existsSync(sampleSource)) throw new Error(`The sample project is missing: ${sampleSource}`);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  cpSync(sampleSource, folder, { recursive: true });
  const git = (/** @type {string[]} */ ...args) => must('git', args, { cwd: folder });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  const author = [
    '-c',
    'user.name=Sample',
    '-c',
    'user.email=sample@localhost',
    '-c',
    'commit.gpgsign=false',
  ];
  await git(...author, 'commit', '--quiet', '--message=Sample project');
  return folder;
}

await asProgram(import.meta.url, async () => {
  const folder = process.argv[2];
  if (!folder) throw new Error('Where to? node scripts/lib/sample.mjs FOLDER');
  await copySample(folder);
});
