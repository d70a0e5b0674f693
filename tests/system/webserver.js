// SPDX-License-Identifier: MIT
// webserver.js DIR PORT CERT KEY LOG: a plain https file server as a fleet's roster would lie on, with
// ETag and If-None-Match. Each answer is a line "STATUS PATH BYTES" in LOG. A file named .fault in DIR
// breaks it: "500", "truncate", "hang".
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';

const [dir, port, cert, key, log] = process.argv.slice(2);

function fault() {
  try {
    return fs.readFileSync(path.join(dir, '.fault'), 'utf8').trim();
  } catch {
    return '';
  }
}

function answer(req, res) {
  const name = path.basename(new URL(req.url, 'https://x').pathname);
  const note = (status, bytes) => fs.appendFileSync(log, `${status} /${name} ${bytes}\n`);
  const kind = fault();
  let body;

  if (kind === 'hang') return;
  if (kind === '500') {
    note(500, 0);
    res.writeHead(500).end();
    return;
  }
  try {
    body = fs.readFileSync(path.join(dir, name));
  } catch {
    note(404, 0);
    res.writeHead(404).end();
    return;
  }
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  if (req.headers['if-none-match'] === etag) {
    note(304, 0);
    res.writeHead(304, { etag }).end();
    return;
  }
  const type = name.endsWith('.html') ? 'text/html' : 'application/octet-stream';
  res.writeHead(200, { etag, 'content-length': body.length, 'content-type': type });
  if (kind === 'truncate') {
    note('cut', body.length >> 1);
    res.write(body.subarray(0, body.length >> 1), () => res.destroy());
    return;
  }
  note(200, body.length);
  res.end(body);
}

const server = https.createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) }, answer);
server.listen(Number(port), '127.0.0.1', () => fs.writeFileSync(`${log}.ready`, ''));
process.on('SIGTERM', () => process.exit(0));
