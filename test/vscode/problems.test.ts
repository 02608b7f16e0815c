/** What the built-in JavaScript checker says of a file that the agent writes. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { createVscodeHost } from '../../src/extension/editor/vscodeHost.ts';
import type { Host } from '../../src/host/host.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { newProblems } from '../../src/tools/problems.ts';
import { closeAllEditors, openFile, until, workspaceFolder, writeFile } from './support.ts';

suite('problems', () => {
  let host: Host;

  suiteSetup(async function () {
    this.timeout(90_000);
    const root = workspaceFolder().fsPath;
    host = createVscodeHost(createNodeHost({ roots: [root] }));
    // The checker takes seconds to start. The sample has a misspelt name for it to find.
    const { document } = await openFile('src', 'statement.js');
    await until(
      vscode.languages.onDidChangeDiagnostics,
      () => vscode.languages.getDiagnostics(document.uri).length > 0,
    );
  });
  suiteTeardown(closeAllEditors);

  /** Writes as the tools do: what was there, the write, what is new. */
  async function change(file: string, from: string, to: string) {
    const before = await host.problems([file]);
    const { text, hash, format } = await host.read(file);
    assert.ok(text.includes(from));
    await host.write(file, text.replace(from, to), hash, format);
    const after = await host.problems([file]);
    return newProblems(before ?? [], after ?? []);
  }

  test('that an edit brings come back with it', async () => {
    const file = vscode.Uri.joinPath(workspaceFolder(), 'src', 'invoice.js').fsPath;
    const brought = await change(file, 'return line.quantity *', 'return line.quantitty *');
    assert.deepEqual(
      brought.map(({ path, line, severity, source }) => ({ path, line, severity, source })),
      [{ path: file, line: 27, severity: 'error', source: 'ts' }],
    );
    assert.match(brought[0]!.message, /quantitty/);
    assert.deepEqual(await change(file, 'return line.quantitty *', 'return line.quantity *'), []);
    assert.deepEqual(await host.problems([file]), []);
  });

  test('that an edit of a file in an editor brings come back as well', async () => {
    const { document } = await openFile('src', 'dates.js');
    const brought = await change(document.uri.fsPath, 'const DAY = 24', 'const DAY = TWENTY_FOUR');
    assert.deepEqual(
      brought.map(problem => problem.message),
      ["Cannot find name 'TWENTY_FOUR'."],
    );
    assert.deepEqual(await change(document.uri.fsPath, 'TWENTY_FOUR', '24'), []);
  });

  test('that were there before are not new, though nobody had opened the file', async () => {
    const { fsPath } = await writeFile('src/late.js', '// one\nexport const late = misspelt;\n');
    assert.deepEqual(await change(fsPath, '// one', '// two'), []);
    const found = await host.problems([fsPath]);
    assert.deepEqual(
      found?.map(problem => problem.message),
      ["Cannot find name 'misspelt'."],
    );
    await vscode.workspace.fs.delete(vscode.Uri.file(fsPath));
  });

  test('of all files come when none is named', async () => {
    const found = await host.problems([]);
    assert.ok(found?.some(({ path, message }) => path.endsWith('statement.js') && /dayLate/.test(message)));
  });
});
