// SPDX-License-Identifier: MIT
// What Nextcloud sends to a page that apache guards, and what its clients send: see docs/nextcloud.md.
//
//   cloud.js login URL USER        a canary request without credentials, then the password (standard
//                                  input), then, after a refusal, the password urldecoded
//   cloud.js dav URL USER N        N requests, ten at a time, each with credentials and no cookie
//
// Prints one line of JSON.
import fs from 'node:fs';
import http from 'node:http';

const [verb, url, user, count] = process.argv.slice(2);
const password = fs.readFileSync(0, 'utf8').replace(/\n$/, '');

function get(secret) {
  const headers = { 'user-agent': 'mirall/3.6' };
  if (secret !== undefined) {
    headers.authorization = 'Basic ' + Buffer.from(`${user}:${secret}`).toString('base64');
  }
  return new Promise((resolve, reject) => {
    http.get(url, { headers, agent: false }, (res) => {
      res.resume();
      res.on('end', () => resolve({ status: res.statusCode, asks: 'www-authenticate' in res.headers }));
    }).on('error', reject);
  });
}

// PHP's: a plus is a space, and what is no escape stays.
function urldecode(text) {
  const bytes = text.replace(/\+/g, ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

async function login() {
  const canary = await get();
  const answers = [];
  if (!canary.asks) return { canary: canary.status, in: false, answers };
  for (const secret of [password, urldecode(password)]) {
    if (answers.length) await get(); // each try has its canary
    answers.push((await get(secret)).status);
    if (answers.at(-1) === 200) break;
  }
  return { canary: canary.status, in: answers.at(-1) === 200, answers };
}

async function dav() {
  const statuses = {};
  let left = Number(count);
  async function worker() {
    while (left-- > 0) {
      const status = await get(password).then((r) => r.status, (e) => e.code);
      statuses[status] = (statuses[status] || 0) + 1;
    }
  }
  await Promise.all(Array.from({ length: 10 }, worker));
  return statuses;
}

(verb === 'login' ? login() : dav()).then((v) => console.log(JSON.stringify(v)), (e) => {
  console.error(String(e));
  process.exit(1);
});
