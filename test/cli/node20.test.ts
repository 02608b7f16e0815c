/** The command line runs on the Node that a machine has, from 20 on: without what later versions added. */
import { expect, it } from 'vitest';
import { ascent, sampleProject } from './ascent.ts';

const OLDER = 'delete Promise.withResolvers; delete URL.parse; delete Map.groupBy;';

it('does the main job without what Node 20 lacks', async () => {
  const place = sampleProject();
  const env = {
    ASCENT_BASE_URL: 'standin:?speed=0',
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(OLDER)}`,
  };
  const task = ['run', '--approve', 'all', 'make the failing test pass'];
  const { code, out } = await ascent(task, place, { env });
  expect(code).toBe(0);
  expect(out).toContain('passes now');
  expect((await ascent(['costs', '--json'], place, { env })).code).toBe(0);
});
