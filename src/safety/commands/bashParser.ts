/**
 * The real bash grammar (tree-sitter-bash), loaded on first use. Where the .wasm files lie differs between a bundle
 * and a checkout, so whoever composes gives a loader.
 */
import type { Node, Parser } from 'web-tree-sitter';
import { withoutOptimising } from './baselineWasm.ts';

export type WasmName = 'web-tree-sitter.wasm' | 'tree-sitter-bash.wasm';

export interface BashParser {
  /** Hands the syntax tree's root to `use` and frees it after. Rejects when the grammar cannot be loaded. */
  parse<T>(text: string, use: (root: Node) => T): Promise<T>;
}

/** A little of everything. */
const SAMPLE = [
  'for f in *.js; do [[ -f "$f" ]] && a=$(wc -l < "$f") || echo \'no\' "$f" $((1 + 2)); done 2>&1 | tee -a log',
  'if test -n "$1"; then f() { return 1; }; else case $1 in a|b) :;; esac; fi; cat <<EOF > x &',
  'text $x',
  'EOF',
  '',
].join('\n');

export function createBashParser(loadWasm: (name: WasmName) => Promise<Uint8Array>): BashParser {
  let loading: Promise<Parser> | undefined;

  async function load(): Promise<Parser> {
    const { Language, Parser } = await import('web-tree-sitter');
    const [engine, grammar] = await Promise.all([
      loadWasm('web-tree-sitter.wasm'),
      loadWasm('tree-sitter-bash.wasm'),
    ]);
    return withoutOptimising(async () => {
      await Parser.init({ wasmBinary: engine });
      const parser = new Parser();
      parser.setLanguage(await Language.load(grammar));
      // Functions are compiled when they are called first.
      parser.parse(SAMPLE)?.delete();
      return parser;
    });
  }

  return {
    async parse(text, use) {
      loading ??= load();
      const tree = (await loading).parse(text);
      if (!tree) throw new Error('The parser gave no tree.');
      try {
        return use(tree.rootNode);
      } finally {
        tree.delete();
      }
    },
  };
}
