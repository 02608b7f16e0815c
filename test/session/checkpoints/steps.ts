/** Many steps of edits and commands, made from a seed, and the state before each of them. */
import { existsSync } from 'node:fs';
import { seeded } from '../simulatedDisk.ts';
import { files, type Keeper, photograph } from './keeper.ts';

const NAMES = ['a.txt', 'b.txt', 'deep/c.txt', 'deep/er/d.txt', 'deep/er/e.txt', 'f'];

/** Edits are announced, as the agent's are; what a command does is not. Gives photographs, by step from 1. */
export async function takeSteps(
  k: Keeper,
  work: string,
  steps: number,
  seed: number,
): Promise<Record<string, string>[]> {
  const random = seeded(seed);
  const pick = () => NAMES[Math.floor(random() * NAMES.length)]!;
  const w = files(work);
  for (const name of NAMES) w.write(name, `${name}\n`);
  const before: Record<string, string>[] = [];
  const deed = (name: string, step: number) => () => {
    if (random() < 0.2 && existsSync(w.at(name))) w.remove(name);
    else
      w.write(
        name,
        `step ${step}\n`.repeat(1 + Math.floor(random() * 50)),
        random() < 0.2 ? 0o755 : undefined,
      );
  };
  for (let step = 1; step <= steps; step++) {
    before.push(photograph(work));
    const some = [...new Set([pick(), pick()])].slice(0, 1 + Math.floor(random() * 2));
    const announced = random() < 0.75 ? some.map(w.at) : [];
    await k.step(announced, () => {
      for (const name of some) deed(name, step)();
    });
  }
  await k.endTurn();
  return before;
}
