// Makes docs/pictures from the real extension in a real VS Code, with the stand-in backend.
import { packageExtension } from './lib/package.mjs';
import { root } from './lib/paths.mjs';
import { must } from './lib/process.mjs';
import { asProgram } from './lib/program.mjs';
import { setUp } from './setup.mjs';

await asProgram(import.meta.url, async () => {
  const toolchain = await setUp({ server: true, browser: true });
  const env = { ...toolchain.env, ASCENT_VSIX: await packageExtension(toolchain) };
  await must(toolchain.node, ['test/ui/pictures.ts'], { cwd: root, env, show: true });
});
