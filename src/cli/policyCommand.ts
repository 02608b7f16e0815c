/** `ascent policy`: judges what it reads, line by line; runs nothing. */
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import { readAsset } from '../host/assets.ts';
import { createNodeHost } from '../host/nodeHost.ts';
import { createBashParser } from '../safety/commands/bashParser.ts';
import { parse } from './args.ts';
import { createPolicyLines } from './policy.ts';
import { EXIT, type Io } from './run.ts';

export async function policy(args: string[], { stdin, stdout }: Io): Promise<number> {
  parse(args, {}, 0);
  const { platform, resolve, stat, list, repository } = createNodeHost({ roots: [] });
  const parser = createBashParser(name => readAsset(__dirname, name));
  const answer = createPolicyLines({ platform, resolve, stat, list, repository, home: homedir(), parser });
  for await (const line of createInterface({ input: stdin })) {
    if (line.trim()) stdout.write(`${await answer(line)}\n`);
  }
  return EXIT.done;
}
