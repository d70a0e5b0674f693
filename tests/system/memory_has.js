// SPDX-License-Identifier: MIT
// memory_has.js PID FILE...: prints which of the files' contents stand in the process's memory.
import fs from 'node:fs';

const [pid, ...files] = process.argv.slice(2);
const needles = files.map((f) => [f, fs.readFileSync(f)]);
const mem = fs.openSync(`/proc/${pid}/mem`, 'r');
for (const line of fs.readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
  const m = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
  if (!m) continue;
  const from = parseInt(m[1], 16);
  const buf = Buffer.alloc(parseInt(m[2], 16) - from);
  try {
    fs.readSync(mem, buf, 0, buf.length, from);
  } catch {
    continue;
  }
  for (const [name, needle] of needles) if (buf.includes(needle)) console.log(`${name} in ${line}`);
}
