/** The system prompt, written once at a session's start and recorded: its bytes never change (the prompt cache). */
import template from './systemPrompt.md';

export interface WorkspaceFacts {
  roots: readonly string[];
  platform: NodeJS.Platform;
  /** The workspace's own instructions (AGENTS.md), from a trusted workspace. */
  instructions: string | undefined;
  /** The day the session starts, as YYYY-MM-DD. */
  day: string;
}

export function systemPrompt({ roots, platform, instructions, day }: WorkspaceFacts): string {
  const facts = [
    `- Folders: ${roots.join(', ')}. Relative paths start at the first.`,
    `- System: ${platform}. The session began on ${day}.`,
  ];
  const workspace = facts.join('\n');
  const own = instructions?.trim()
    ? `\n# The workspace's instructions (AGENTS.md)\n${instructions.trim()}\n`
    : '';
  return `${template.trim().replace('{{workspace}}', () => workspace)}\n${own}`;
}
