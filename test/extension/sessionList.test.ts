import { expect, it } from 'vitest';
import { bySessionFolder } from '../../src/extension/chat/sessionList.ts';

it('sessions of the open folders come first, the others with the name of their folder', () => {
  const session = (id: string, ...roots: string[]) => ({
    id,
    title: '',
    updatedAt: 0,
    running: false,
    roots,
  });
  const list = [
    session('other', '/work/b'),
    session('here', '/work/a'),
    session('both', '/work/b', '/work/c'),
    { id: 'imported', title: '', updatedAt: 0, running: false },
  ];
  const shown = bySessionFolder(list, ['/work/a', '/work/c']);
  expect(shown.map(({ id, folder }) => [id, folder])).toEqual([
    ['here', undefined],
    ['both', undefined],
    ['imported', undefined],
    ['other', 'b'],
  ]);
});
