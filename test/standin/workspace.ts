/** Tools with real effects on a real folder, as small as they can be: files, commands, ripgrep-like searches. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import picomatch from 'picomatch';
import { onTestFinished } from 'vitest';
import type { Tools } from './client.ts';

const sample = path.resolve(import.meta.dirname, '../../media/sample');

/** A copy of the sample project that is gone after the test. */
export function sampleCopy(): string {
  const root = emptyFolder();
  cpSync(sample, root, { recursive: true });
  return root;
}

export function emptyFolder(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'ascent-standin-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

export function realTools(root: string): Tools {
  const at = (name: unknown) => path.join(root, String(name));
  const files = () =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && !entry.parentPath.includes('.git'))
      .map(entry => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
      .sort();
  const matching = (globs: string[]) => {
    const tests = globs.map(glob => ({
      negative: glob.startsWith('!'),
      is: picomatch(glob.replace('!', ''), { basename: !glob.includes('/') }),
    }));
    return files().filter(
      file =>
        (tests.every(test => test.negative) || tests.some(test => !test.negative && test.is(file))) &&
        !tests.some(test => test.negative && test.is(file)),
    );
  };
  return {
    read_file: ({ path: name }) =>
      existsSync(at(name))
        ? readFileSync(at(name), 'utf8')
            .split('\n')
            .map((line, index) => `${index + 1}\t${line}`)
            .join('\n')
        : `${name} does not exist.`,
    write_file: ({ path: name, content }) => {
      writeFileSync(at(name), content);
      return `Created ${name} (+1 -0 lines).`;
    },
    edit_file: ({ path: name, edits }) => {
      let text = readFileSync(at(name), 'utf8');
      for (const { old_text, new_text } of edits) {
        const count = text.split(old_text).length - 1;
        if (count !== 1) return `old_text was found ${count} times in ${name}.`;
        text = text.replace(old_text, () => new_text);
      }
      writeFileSync(at(name), text);
      return `Edited ${name} (+1 -1 lines).`;
    },
    list_files: () => files().join('\n'),
    find_files: ({ globs }) => matching(globs).join('\n'),
    search_text: ({ pattern, globs }) =>
      (globs ? matching(globs) : files())
        .flatMap(file =>
          readFileSync(at(file), 'utf8')
            .split('\n')
            .flatMap((line, index) =>
              new RegExp(pattern).test(line) ? `${file}:${index + 1}: ${line}` : [],
            ),
        )
        .join('\n'),
    run_command: ({ command }) =>
      new Promise(resolve => {
        const env = { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined };
        execFile('bash', ['-c', command], { cwd: root, env }, (error, out, err) =>
          resolve(`${out}${err}\n[exit code ${error ? error.code : 0}]`),
        );
      }),
    diagnostics: () => 'No errors and no warnings.',
    update_plan: () => 'Plan updated.',
    ask_user: ({ options }) => options[0],
  };
}
