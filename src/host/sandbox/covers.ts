/** What is laid over a secret: an empty file or directory that nobody may open. */
import { statSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../fileErrors.ts';

export interface Covers {
  file: string;
  directory: string;
  for(place: string): string;
  /** Makes a directory that becomes some command's /tmp; gives its path. */
  scratch(place: string): Promise<string>;
}

/** `directory`: Ascent's own, made when it is missing. */
export async function makeCovers(directory: string): Promise<Covers> {
  const covers = { file: path.join(directory, 'covered-file'), directory: path.join(directory, 'covered') };
  await mkdir(covers.directory, { recursive: true, mode: 0o700 });
  await writeFile(covers.file, '', { flag: 'wx' }).catch(error => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  // Not even the owner may look, and root without its privileges is only an owner.
  await chmod(covers.file, 0);
  await chmod(covers.directory, 0);
  return {
    ...covers,
    for: place => (statSync(place).isDirectory() ? covers.directory : covers.file),
    async scratch(place) {
      await mkdir(place, { recursive: true, mode: 0o700 });
      return place;
    },
  };
}
