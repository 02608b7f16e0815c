import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
/** Everything that scripts make and git ignores; safe to delete while nothing runs. */
export const cache = path.join(root, '.cache');
/** The npm package that holds the VS Code server. */
export const serverPackage = path.join(root, 'tools', 'vscode');
