// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { start } from '../testkit.js';

const idp = await start();
const PATH = '/oidc/jwks';
const ca = readFileSync(idp.ca);

// What a client sees: status, headers, the bytes received, how it ended, and after how long.
async function fetch(path = PATH, { stopAt = Infinity, patience = 60_000, port = idp.port, ...more } = {}) {
  const began = Date.now();
  const req = https.get({ host: '127.0.0.1', servername: 'localhost', port, path, ca, agent: false, ...more });
  const result = { bytes: Buffer.alloc(0) };
  const timer = setTimeout(() => { result.end ??= 'silent'; req.destroy(); }, patience);
  try {
    const [res] = await once(req, 'response');
    Object.assign(result, { status: res.statusCode, headers: res.headers });
    for await (const chunk of res) {
      result.bytes = Buffer.concat([result.bytes, chunk]);
      if (result.bytes.length >= stopAt) {
        result.end = 'stopped';
        req.destroy();
        break;
      }
    }
    result.end ??= res.complete ? 'complete' : 'cut';
  } catch (err) {
    result.end ??= err.code ?? err.message;
  }
  clearTimeout(timer);
  return { ...result, ms: Date.now() - began };
}

async function broken(fault, options) {
  await idp.post('/fault', { path: PATH, ...fault });
  return fetch(PATH, options);
}

const whole = (await fetch()).bytes;

test('delay', async () => {
  const { ms, bytes } = await broken({ kind: 'delay', ms: 300 });
  assert.ok(ms >= 295);
  assert.deepEqual(bytes, whole);
});

test('status with body and headers', async () => {
  const r = await broken({ kind: 'status', status: 503, body: { error: 'x' }, headers: { 'retry-after': '7' } });
  assert.deepEqual([r.status, r.headers['retry-after'], r.bytes.toString()], [503, '7', '{"error":"x"}']);
});

test('garbage, as a body and instead of HTTP', async () => {
  const r = await broken({ kind: 'garbage', bytes: 50 });
  assert.equal(r.status, 200);
  assert.equal(r.bytes.length, 50);
  assert.throws(() => JSON.parse(r.bytes));
  assert.match((await broken({ kind: 'garbage', raw: true })).end, /^HPE_|ECONNRESET/);
});

test('truncate and half-close announce more than they send', async () => {
  for (const kind of ['truncate', 'half-close']) {
    const r = await broken({ kind, bytes: 10 });
    assert.equal(Number(r.headers['content-length']), whole.length);
    assert.deepEqual(r.bytes, whole.subarray(0, 10));
    assert.match(r.end, /cut|ECONNRESET|aborted/);
  }
});

test('drip', async () => {
  const r = await broken({ kind: 'drip', bytes_per_second: 50 }, { stopAt: 20 });
  assert.equal(r.end, 'stopped');
  assert.ok(r.bytes.length < whole.length && r.ms >= 295);
});

test('endless body and endless headers', async () => {
  const body = await broken({ kind: 'endless-body' }, { stopAt: 2_000_000 });
  assert.equal(body.end, 'stopped');
  const headers = await broken({ kind: 'endless-headers' }, { maxHeaderSize: 100_000 });
  assert.equal(headers.end, 'HPE_HEADER_OVERFLOW');
});

test('reset and hang', async () => {
  assert.equal((await broken({ kind: 'reset' })).end, 'ECONNRESET');
  assert.equal((await broken({ kind: 'hang' }, { patience: 300 })).end, 'silent');
});

test('redirect, body and wrong-type', async () => {
  const r = await broken({ kind: 'redirect', location: 'https://evil.example/' });
  assert.deepEqual([r.status, r.headers.location], [302, 'https://evil.example/']);
  const b = await broken({ kind: 'body', body: '{"keys":[]}', content_type: 'text/plain' });
  assert.deepEqual([b.status, b.headers['content-type'], b.bytes.toString()], [200, 'text/plain', '{"keys":[]}']);
  const w = await broken({ kind: 'wrong-type' });
  assert.equal(w.headers['content-type'], 'text/html; charset=utf-8');
  assert.deepEqual(w.bytes, whole);
});

test('gzip-bomb', async () => {
  const r = await broken({ kind: 'gzip-bomb', megabytes: 4 });
  assert.equal(r.headers['content-encoding'], 'gzip');
  assert.ok(r.bytes.length < 100_000);
  assert.equal(gunzipSync(r.bytes).length, 4 << 20);
});

test('count, after, patterns and reset', async () => {
  const statuses = async (n) => {
    const seen = [];
    for (let i = 0; i < n; i += 1) seen.push((await fetch()).status);
    return seen;
  };
  await idp.post('/fault', { path: '/oidc/*', kind: 'status', after: 1, count: 2 });
  assert.deepEqual(await statuses(4), [200, 500, 500, 200]);
  await idp.post('/fault', { path: '*', kind: 'status', count: -1 });
  assert.deepEqual(await statuses(3), [500, 500, 500]);
  assert.equal((await idp.signin()).expires_in, 1800);
  await idp.post('/reset');
  assert.deepEqual(await statuses(1), [200]);
});

test('stats count requests and connections, not the control port\'s own flows', async () => {
  await idp.post('/stats/reset');
  await fetch();
  await fetch('/api/oidc/jwks');
  await idp.signin();
  await idp.post('/fault', { path: PATH, kind: 'hang' });
  const waiting = fetch(PATH, { patience: 3000 });
  let stats;
  do stats = await idp.get('/stats'); while (stats.paths[PATH].count < 2);
  assert.deepEqual(Object.keys(stats.paths), [PATH, '/api/oidc/jwks']);
  assert.equal(stats.paths[PATH].count, 2);
  assert.equal(stats.paths[PATH].times.length, 2);
  assert.equal(stats.paths[PATH].durations.length, 1);
  assert.deepEqual([stats.open, stats.connections.accepted], [1, 3]);
  await waiting;
});

test('bad certificates and old TLS, on other ports and on the main one', async () => {
  const expected = {
    expired: 'CERT_HAS_EXPIRED',
    'self-signed': 'DEPTH_ZERO_SELF_SIGNED_CERT',
    'wrong-host': 'ERR_TLS_CERT_ALTNAME_INVALID',
  };
  for (const [kind, code] of Object.entries(expected)) {
    const { port } = await idp.post('/listen', { kind });
    assert.equal((await fetch(PATH, { port })).end, code);
    await idp.post('/tls', { kind });
    assert.equal((await fetch()).end, code);
  }
  const { port } = await idp.post('/listen', { kind: 'tls11' });
  assert.match((await fetch(PATH, { port })).end, /ERR_SSL|EPROTO/);
  assert.equal((await fetch(PATH, { port, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })).status, 200);
  await idp.post('/tls', { kind: 'tls11' });
  assert.match((await fetch()).end, /ERR_SSL|EPROTO/);
  assert.match((await idp.post('/tls', { kind: '../ca' })).error, /kind must be one of/);
  await idp.post('/reset');
  assert.equal((await fetch()).status, 200);
  assert.ok((await idp.get('/stats')).connections.failed > 0);
});
