/**
 * Commands that do what a file of the workspace says: `npm test` runs what package.json names. Once the agent has
 * changed such a file, a yes that was given before no longer covers the command.
 */
import { foldName } from '../paths/names.ts';

const node = [
  'package.json',
  'pnpm-workspace.yaml',
  '.npmrc',
  '.yarnrc.yml',
  '.pnpmfile.cjs',
  'turbo.json',
  'nx.json',
];
const make = ['makefile', 'gnumakefile'];
const python = [
  'pyproject.toml',
  'setup.py',
  'setup.cfg',
  'conftest.py',
  'pytest.ini',
  'tox.ini',
  'noxfile.py',
];
const git = ['.gitattributes', '.gitmodules', 'config'];
const java = [
  'pom.xml',
  'build.gradle',
  'build.gradle.kts',
  'settings.gradle',
  'settings.gradle.kts',
  'gradlew',
  'mvnw',
];

const definitions: Record<string, string[]> = {
  npm: node,
  npx: node,
  pnpm: node,
  pnpx: node,
  yarn: node,
  bun: [...node, 'bunfig.toml'],
  bunx: node,
  turbo: node,
  nx: node,
  deno: ['deno.json', 'deno.jsonc', 'package.json'],
  make,
  gmake: make,
  cmake: ['cmakelists.txt'],
  ninja: ['build.ninja'],
  just: ['justfile', '.justfile'],
  task: ['taskfile.yml'],
  rake: ['rakefile', 'gemfile'],
  bundle: ['gemfile', 'rakefile'],
  python,
  python3: python,
  pytest: python,
  tox: python,
  nox: python,
  pip: [...python, 'requirements.txt'],
  uv: python,
  poetry: python,
  cargo: ['cargo.toml', 'build.rs', 'config.toml', 'rust-toolchain', 'rust-toolchain.toml'],
  go: ['go.mod', 'go.work'],
  mvn: java,
  gradle: java,
  mvnw: java,
  gradlew: java,
  dotnet: ['directory.build.props', 'directory.build.targets', 'nuget.config', 'global.json'],
  git,
  vitest: [...node, 'vitest.config.ts', 'vite.config.ts'],
  jest: [...node, 'jest.config.js', 'jest.config.ts'],
  eslint: ['eslint.config.js', 'eslint.config.mjs', 'eslint.config.ts'],
  tsc: ['tsconfig.json'],
};

const interpreters =
  /^(?:(?:ba|z|da|k|a)?sh|node|deno|bun|tsx|ts-node|python[\d.]*|ruby|perl|php|lua|Rscript)$/;

/** Which of the files that the agent changed decide what this call does. */
export function editedDefinition(words: readonly string[], edited: Iterable<string>): string | undefined {
  const [program = ''] = words;
  const own = definitions[lastName(program)] ?? [];
  // A script that is run, or given to an interpreter, which takes any name for one; `--import=./x.mjs`, `a.py::test`.
  const named = new Set(
    words
      .flatMap(word => [word, ...word.split(/[\s'"`$(){};&|<>=,:]+/)])
      .map(word => word.replace(/^(?:\.[\\/])+/, ''))
      .filter(
        (word, i) => /[./\\]/.test(word) || (i > 0 && word !== '' && interpreters.test(lastName(program))),
      ),
  );
  for (const file of edited) {
    const name = foldName(lastName(file));
    if (own.includes(name) || (own === make && name.endsWith('.mk'))) return file;
    for (const word of named) if (file === word || file.endsWith(`/${word}`)) return file;
  }
  return undefined;
}

const lastName = (path: string) => path.split(/[\\/]/).at(-1) ?? path;
