// Packs ascent-<version>.vsix and refuses it when it holds anything that it should not.
import { packageExtension } from './lib/package.mjs';
import { asProgram } from './lib/program.mjs';
import { setUp } from './setup.mjs';
import { checkContents } from './verify-vsix.mjs';

await asProgram(import.meta.url, async () => {
  const file = await packageExtension(await setUp());
  await checkContents(file);
});
