/** Holds the picture of docs/adr/0001: who may import whom, who may touch the outside world, how long a file may be. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const src = path.resolve(import.meta.dirname, '../../src');

/** Each room and the rooms it may import from. An arrow the other way would be a circle. */
const arrows: Record<string, string[]> = {
  protocol: [],
  host: ['protocol'],
  research: ['protocol', 'host'],
  model: ['protocol'],
  tools: ['protocol', 'host', 'research'],
  safety: ['protocol'],
  agent: ['protocol', 'tools', 'safety', 'model'],
  session: ['protocol', 'agent', 'tools', 'safety', 'model', 'host'],
  standin: ['protocol'],
  extension: ['protocol', 'session', 'agent', 'tools', 'safety', 'model', 'host', 'standin'],
  cli: ['protocol', 'session', 'agent', 'tools', 'safety', 'model', 'host', 'standin'],
  webview: ['protocol'],
  eval: ['protocol', 'session', 'agent', 'model', 'host', 'standin', 'cli'],
};

/** Modules with a reach beyond the process, and the only places that may import them. */
const guarded: Record<string, (file: string) => boolean> = {
  vscode: f => f.startsWith('extension/'),
  openai: f => f.startsWith('model/') && [...importersOf('openai')].length === 1,
  'node:fs': f => /^(host|session|standin)\//.test(f),
  'node:fs/promises': f => /^(host|session|standin)\//.test(f),
  'node:child_process': f => /^(host|session|standin)\//.test(f),
  'node:http': f => f.startsWith('standin/'),
  'node:https': () => false,
  http: f => f === 'model/nodeFetch.ts',
  https: f => f === 'model/nodeFetch.ts',
};

const LONGEST = 300;
/** Files that may be longer, each with its reason. */
const longer: Record<string, string> = {};

interface Import {
  from: string;
  typeOnly: boolean;
}
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map(f => f.split(path.sep).join('/'))
  .filter(f => /\.tsx?$/.test(f) && !f.endsWith('.d.ts'));
const texts = new Map(files.map(f => [f, readFileSync(path.join(src, f), 'utf8')]));
const imports = new Map(files.map(f => [f, importsOf(texts.get(f)!)]));

function importsOf(text: string): Import[] {
  const found: Import[] = [];
  const statement = /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
  for (const m of text.matchAll(statement)) found.push({ from: m[2]!, typeOnly: !!m[1] });
  for (const m of text.matchAll(/\b(?:import|require)\(\s*'([^']+)'\s*\)/g))
    found.push({ from: m[1]!, typeOnly: false });
  return found;
}
function* importersOf(module: string) {
  for (const [file, list] of imports) if (list.some(i => i.from === module)) yield file;
}
const roomOf = (file: string) => file.split('/')[0]!;
const target = (file: string, from: string) =>
  path.posix.normalize(path.posix.join(path.posix.dirname(file), from));

describe('rooms', () => {
  it('every room is on the plan', () => {
    const rooms = new Set(files.filter(f => f.includes('/')).map(roomOf));
    expect([...rooms].filter(room => !arrows[room])).toEqual([]);
  });

  it('imports follow the arrows', () => {
    const wrong: string[] = [];
    for (const [file, list] of imports) {
      for (const { from } of list) {
        if (!from.startsWith('.') || from.endsWith('/package.json')) continue;
        const [room, other] = [roomOf(file), roomOf(target(file, from))];
        if (room !== other && !arrows[room]?.includes(other)) wrong.push(`${file} -> ${from}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('no two rooms import each other, not even through others', () => {
    const reach = (room: string, seen = new Set<string>()): Set<string> => {
      for (const next of arrows[room] ?? []) if (!seen.has(next)) reach(next, seen.add(next));
      return seen;
    };
    expect(Object.keys(arrows).filter(room => reach(room).has(room))).toEqual([]);
  });

  it('only the rooms at the edge touch the outside world', () => {
    const wrong: string[] = [];
    for (const [file, list] of imports)
      for (const { from, typeOnly } of list)
        if (guarded[from] && !typeOnly && !guarded[from](file)) wrong.push(`${file} -> ${from}`);
    expect(wrong).toEqual([]);
  });

  it('protocol needs zod alone', () => {
    const others = [...imports]
      .filter(([f]) => roomOf(f) === 'protocol')
      .flatMap(([, list]) => list.map(i => i.from));
    expect(others.filter(from => !from.startsWith('.') && from !== 'zod')).toEqual([]);
  });

  it('the webview takes types from protocol, and no code', () => {
    const wrong: string[] = [];
    for (const [file, list] of imports)
      for (const { from, typeOnly } of list)
        if (
          roomOf(file) === 'webview' &&
          from.startsWith('.') &&
          roomOf(target(file, from)) === 'protocol' &&
          !typeOnly
        )
          wrong.push(`${file} -> ${from}`);
    expect(wrong).toEqual([]);
  });
});

describe('files', () => {
  it(`have at most ${LONGEST} lines`, () => {
    const long = [...texts]
      .filter(([f, text]) => text.split('\n').length > LONGEST && !longer[f])
      .map(([f]) => f);
    expect(long).toEqual([]);
  });
  it('exceptions are still needed', () => {
    expect(Object.keys(longer).filter(f => (texts.get(f)?.split('\n').length ?? 0) <= LONGEST)).toEqual([]);
  });
});
