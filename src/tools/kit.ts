/** What tools are made with. */
import type { Host } from '../host/host.ts';
import type { Memory } from './recall.ts';
import type { SeenFiles } from './tool.ts';

export interface ToolKit {
  host: Host;
  seen: SeenFiles;
  /** What `recall` searches. */
  memory: Memory;
  /** Where the full output of commands is kept, absolute; the model may read there. */
  spoolDir: string;
  /** The longest a command may run, whatever the model asks for. */
  maxCommandSeconds: number;
}
