// SPDX-License-Identifier: MIT
// Many people's browsers, one line of standard input each: "USER CODE approve|deny WHO". WHO (of the
// test provider) enters the code on the device page and decides. Four at a time.
//
//   approve.js CONTROL
//
// Prints "USER TIME" when the page has said done, TIME in milliseconds since 1970.
import fs from 'node:fs';

const [control] = process.argv.slice(2);
const lines = fs.readFileSync(0, 'utf8').trim().split('\n').filter(Boolean);

async function decide(line) {
  const [name, code, decision, who] = line.split(' ');
  const answer = await fetch(`${control}/device/decide`, {
    method: 'POST',
    body: JSON.stringify({ user_code: code, user: who, decision }),
  });
  const body = await answer.json();
  if (body.error) throw new Error(`${name}: ${body.error}`);
  console.log(name, Date.now());
}

async function worker() {
  while (lines.length) await decide(lines.shift());
}

Promise.all(Array.from({ length: 4 }, worker)).catch((err) => {
  console.error(String(err));
  process.exit(1);
});
