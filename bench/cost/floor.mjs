// The floor: the least a client can do for a session. The same requests, the same tool work, one appended line an
// event, and nothing else: no approval, no checkpoint, no recovery, no sync, no view.
//   node floor.mjs BASE_URL WORK LOG OPENING RG PROMPT      OPENING: a JSON file {system, tools}
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [baseUrl, work, log, openingFile, rg, prompt] = process.argv.slice(2);
const opening = JSON.parse(readFileSync(openingFile, 'utf8'));
const note = event => appendFileSync(log, `${JSON.stringify(event)}\n`);
const messages = [
  { role: 'system', content: opening.system },
  { role: 'user', content: prompt },
];
note(messages[1]);

async function ask() {
  const response = await fetch(`${baseUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'kimi-k2-thinking',
      messages,
      tools: opening.tools,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 32_768,
    }),
  });
  const reply = { role: 'assistant', reasoning: '', content: '', tool_calls: [] };
  let rest = '';
  const text = new TextDecoder();
  for await (const bytes of response.body) {
    const lines = (rest + text.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
      const delta = JSON.parse(line.slice(6)).choices?.[0]?.delta;
      reply.reasoning += delta?.reasoning ?? '';
      reply.content += delta?.content ?? '';
      for (const { index, id, function: called } of delta?.tool_calls ?? []) {
        reply.tool_calls[index] ??= { id, type: 'function', function: { name: '', arguments: '' } };
        reply.tool_calls[index].function.name += called?.name ?? '';
        reply.tool_calls[index].function.arguments += called?.arguments ?? '';
      }
    }
  }
  return reply;
}

function output(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: work, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', part => (text += part));
    child.stderr.resume();
    child.on('error', reject).on('close', code => resolve({ text, code }));
  });
}

const tools = {
  async find_files({ globs }) {
    const args = ['--files', '--hidden', '--no-require-git', ...globs.flatMap(glob => ['-g', glob])];
    return (await output(rg, args)).text.trim().split('\n').sort().slice(0, 200).join('\n');
  },
  read_file({ path: name }) {
    const lines = readFileSync(path.join(work, name), 'utf8').split('\n');
    return lines.map((line, i) => `${i + 1}\t${line}`).join('\n');
  },
  async search_text({ pattern, max }) {
    const args = [
      '-n',
      '--no-heading',
      '--hidden',
      '--no-require-git',
      '--color=never',
      `--regexp=${pattern}`,
      '.',
    ];
    const lines = (await output(rg, args)).text.trim().split('\n').slice(0, max);
    return lines.map(line => line.replace(/^\.\/(.*?):(\d+):/, '$1:$2: ')).join('\n');
  },
  async run_command({ command }) {
    const { text, code } = await output('bash', ['--noprofile', '--norc', '-c', command]);
    return `${text.trimEnd()}\n[exit code ${code}]`;
  },
  edit_file({ path: name, edits }) {
    const file = path.join(work, name);
    let text = readFileSync(file, 'utf8');
    for (const { old_text, new_text } of edits) text = text.replace(old_text, () => new_text);
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
    return `Edited ${name} (+1 -1 lines).`;
  },
};

for (;;) {
  const reply = await ask();
  note(reply);
  messages.push(reply);
  if (!reply.tool_calls.length) break;
  for (const call of reply.tool_calls) {
    const content = await tools[call.function.name](JSON.parse(call.function.arguments));
    const result = { role: 'tool', tool_call_id: call.id, content };
    note(result);
    messages.push(result);
  }
}
process.stdout.write(`${messages.at(-1).content}\n`);
