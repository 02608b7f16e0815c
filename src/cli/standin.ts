/** `ascent standin`: the stand-in backend alone, for other clients and for trying things out. */
import { serveStandin } from '../standin/server.ts';
import { createStandin } from '../standin/standin.ts';
import { parse, UsageError } from './args.ts';
import { EXIT, type Io } from './run.ts';

const flags = { port: { type: 'string' }, scenario: { type: 'string' } } as const;
const DEFAULT_PORT = 8399;

export async function standin(args: string[], { stdout, onInterrupt }: Io): Promise<number> {
  const { values } = parse(args, flags, 0);
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError('--port must be a port number.');
  const server = await serveStandin(createStandin({ scenario: values.scenario }), port);
  stdout.write(`Stand-in backend: scripted, no model. Base URL ${server.url}\n`);
  await new Promise<void>(resolve => onInterrupt(resolve));
  await server.close();
  return EXIT.done;
}
