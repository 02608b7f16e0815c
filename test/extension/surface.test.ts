/** What Ascent does not have: a port, a handler for links from outside, telemetry, a page that may run commands at will. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(file => /\.tsx?$/.test(file))
  .map(file => ({
    file: file.split(path.sep).join('/'),
    text: readFileSync(path.join(root, 'src', file), 'utf8'),
  }));
const holding = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file);

describe('the extension', () => {
  it('listens nowhere: the one server there is belongs to the stand-in, and `ascent standin` alone starts it', () => {
    expect(holding(/createServer|\.listen\(\s*(?:\d|port|0|')|WebSocketServer/)).toEqual([
      'standin/server.ts',
    ]);
    expect(holding(/from '[^']*standin\/server\.ts'|from '\.\/server\.ts'/)).toEqual(['cli/standin.ts']);
  });
  it('answers no link from outside', () => {
    expect(holding(/registerUriHandler|UriHandler/)).toEqual([]);
    expect(JSON.stringify(manifest.activationEvents)).not.toContain('onUri');
  });
  it('reports to nobody', () => {
    expect(holding(/TelemetryLogger|applicationinsights|sendTelemetry|posthog|@sentry|sentry\./i)).toEqual(
      [],
    );
    const packages = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(packages.filter(name => /telemetry|insights|sentry|posthog|analytics/i.test(name))).toEqual([]);
  });
  it('lets its pages run no command but those that a report names', () => {
    expect(holding(/enableCommandUris:\s*true/)).toEqual([]);
    expect(holding(/enableCommandUris/)).toEqual(['extension/pages/panels.ts']);
    const [panels] = sources.filter(({ file }) => file === 'extension/pages/panels.ts');
    expect(panels?.text).toMatch(/enableScripts: false,\s*enableCommandUris: commands,/);
  });
  it('shows notifications from one place; dialogs, which make no links, are the others', () => {
    expect(holding(/show(Information|Warning|Error)Message\(/).sort()).toEqual([
      'extension/chat/messages.ts',
      'extension/commands/restoreCheckpoint.ts',
      'extension/commands/verifyBackend.ts',
      'extension/notices.ts',
    ]);
    const dialogs = sources.filter(({ file }) => /messages|restoreCheckpoint|verifyBackend/.test(file));
    for (const { text } of dialogs)
      expect(text.match(/modal: true/g)?.length ?? 0).toBe(
        text.match(/show(Information|Warning|Error)Message\(/g)?.length ?? 0,
      );
  });
  it('puts text into a page as html in one place, behind the sanitiser', () => {
    expect(holding(/dangerouslySetInnerHTML|\.innerHTML\s*=|insertAdjacentHTML|document\.write/)).toEqual([
      'webview/rows/answer.tsx',
    ]);
    expect(holding(/\beval\(|new Function\(/)).toEqual([]);
  });
});
