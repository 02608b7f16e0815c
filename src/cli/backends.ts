/** `ascent backends`: the model servers that run on this machine. */
import { discoverBackends } from '../model/discover.ts';
import { parse } from './args.ts';
import { EXIT, type Io } from './run.ts';

export async function listBackends(args: string[], { stdout, stderr }: Io): Promise<number> {
  const { values } = parse(args, { json: { type: 'boolean' } }, 0);
  const found = await discoverBackends({ signal: new AbortController().signal });
  if (!found.length && !values.json)
    stderr.write('No model server runs on the usual ports of this machine.\n');
  for (const { profile, baseUrl, models, model, version } of found) {
    if (values.json)
      stdout.write(`${JSON.stringify({ profile: profile.id, baseUrl, models, model, version })}\n`);
    else
      stdout.write(
        `${baseUrl}  ${profile.label}${version ? ` ${version}` : ''}  ${model ?? (models.join(', ') || 'no model')}\n`,
      );
  }
  return EXIT.done;
}
