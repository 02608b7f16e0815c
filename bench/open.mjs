// What opening a session of 10 MB costs, against reading the same lines with nothing but JSON.parse, in one run.
// Fails when opening costs more than 2.5 times that (3 times with the fold to what people see), or when a replay's step back
// through 300 steps costs more than opening does. For orientation: 10 MB should open in 200 ms on a desktop machine.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyEvent, emptyTranscript } from '../src/protocol/transcript.ts';
import { openLog } from '../src/session/eventLog.ts';
import { encodeRecord } from '../src/session/record.ts';
import { createReplay } from '../src/session/replay/replay.ts';
import { longSession } from '../test/session/replay/longSession.ts';

const MEGABYTES = 10;
const ROUNDS = 15;
const LIMITS = { open: 2.5, folded: 3 };

const dir = mkdtempSync(path.join(tmpdir(), 'ascent-bench-'));
try {
  mkdirSync(path.join(dir, 'blobs'));
  // Results of many sizes, as sessions have them; some of the text is not ASCII.
  const records = [];
  let size = 0;
  const steps = longSession(300);
  for (let seq = 0; size < MEGABYTES * 1024 ** 2; seq++) {
    const event = { ...steps[seq % steps.length], seq };
    if (event.type === 'tool.result') event.content = `${'const a = "b";\n'.repeat(seq % 900)}é日本`;
    if (seq > 0 && event.type === 'session.started') continue;
    const record = encodeRecord(JSON.stringify(event));
    records.push(record);
    size += record.length;
  }
  writeFileSync(path.join(dir, 'log'), Buffer.concat(records));
  console.log(`${records.length} events, ${(size / 1024 ** 2).toFixed(1)} MB`);

  const parsing = () => {
    const lines = readFileSync(path.join(dir, 'log'), 'latin1').split('\n');
    return lines.filter(Boolean).map(line => JSON.parse(line.slice(line.indexOf('{'))));
  };
  const opening = () => openLog(dir, { write: false });
  const folding = async () => {
    const transcript = emptyTranscript();
    for (const event of (await opening()).events) applyEvent(transcript, event);
    return transcript;
  };
  const replay = createReplay(steps);
  const back = () => {
    replay.seek(replay.moments);
    return replay.seek(replay.moments - 1);
  };

  const ways = { parsing, opening, folding, back };
  const times = { parsing: [], opening: [], folding: [], back: [] };
  // In turn, so that what the machine does meanwhile falls on all of them.
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, way] of Object.entries(ways)) {
      const began = performance.now();
      await way();
      if (round > 2) times[name].push(performance.now() - began);
    }
  const least = list => Math.min(...list);
  const [parse, open, folded, step] = Object.values(times).map(least);
  const ms = value => `${value.toFixed(1)} ms`;
  console.log(`JSON.parse line by line ${ms(parse)}, open ${ms(open)}, open and fold ${ms(folded)}`);
  console.log(
    `open ${(open / parse).toFixed(2)} (at most ${LIMITS.open}), with the fold ${(folded / parse).toFixed(2)} (at most ${LIMITS.folded})`,
  );
  console.log(`a replay of 300 steps, one moment back: ${ms(step)}`);
  if (open / parse > LIMITS.open || folded / parse > LIMITS.folded || step > open) process.exitCode = 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
