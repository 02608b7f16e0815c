/** The extension, after it was used, in the real extension host: no port is open. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import * as vscode from 'vscode';
import { activated } from './support.ts';

suite('the extension host', () => {
  test('listens on no port', async function () {
    if (process.platform !== 'linux') return this.skip();
    await activated();
    await vscode.commands.executeCommand('ascent.openChat');
    const own = new Set(
      readdirSync('/proc/self/fd').flatMap(name => {
        try {
          return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${name}`))?.[1] ?? [];
        } catch {
          return [];
        }
      }),
    );
    const listening = ['tcp', 'tcp6'].flatMap(table =>
      readFileSync(`/proc/self/net/${table}`, 'utf8')
        .split('\n')
        .slice(1)
        .map(line => line.trim().split(/\s+/))
        // Columns: slot, local address, remote address, state (0A: listens), ..., inode.
        .filter(columns => columns[3] === '0A' && own.has(columns[9] ?? '')),
    );
    assert.deepEqual(listening, []);
  });
});
