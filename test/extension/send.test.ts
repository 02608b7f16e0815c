import { expect, it, vi } from 'vitest';
import type { App } from '../../src/extension/app.ts';
import { handle } from '../../src/extension/chat/messages.ts';
import { Refused } from '../../src/extension/chat/refused.ts';

vi.mock('vscode', () => ({}));

it('a message that cannot be sent goes back to the composer, with what was attached', async () => {
  const told: unknown[] = [];
  const app = {
    replays: {},
    chat: { send: () => Promise.reject(new Refused('The disk is full.')) },
    view: { sendSurely: (message: unknown) => told.push(message) },
    attempt: (_: string, work: () => Promise<void>) => work().catch(error => told.push(error.message)),
  } as unknown as App;
  const context = [{ label: 'a.ts', text: 'one' }];
  await handle({ type: 'send', text: 'A long thought', context }, app);
  expect(told).toEqual([{ type: 'compose', text: 'A long thought', context }, 'The disk is full.']);
});
