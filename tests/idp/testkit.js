// SPDX-License-Identifier: MIT
// For the self test: a provider of its own per test file, and ways to talk to it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Browser } from './browser.js';

const here = dirname(fileURLToPath(import.meta.url));

export const claims = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));
export const header = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url'));

function control(port) {
  return async (method, path, body) => {
    const req = http.request({ host: '127.0.0.1', port, path, method, agent: false });
    req.end(body && JSON.stringify(body));
    const [res] = await once(req, 'response');
    let text = '';
    for await (const chunk of res) text += chunk;
    return JSON.parse(text);
  };
}

export async function start(...args) {
  const dir = mkdtempSync(join(tmpdir(), 'encvoy-idp-'));
  const child = spawn(process.execPath, [
    join(here, 'server.js'), '--port', '0', '--control-port', '0', '--state-dir', dir, ...args,
  ], { stdio: ['ignore', 'pipe', 'inherit'] });
  after(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(dir, { recursive: true });
  });
  const [line] = await once(child.stdout, 'data');
  const ready = JSON.parse(line);
  const ca = readFileSync(ready.ca);
  const call = control(ready.control);
  const browser = (options = {}) => new Browser({ ca, ...options });
  const plain = browser();
  after(() => plain.close());

  const request = async (path, { form, client, secret, bearer, accept = '*/*' } = {}) => {
    const headers = { accept };
    if (bearer) headers.authorization = `Bearer ${bearer}`;
    if (secret) headers.authorization = `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`;
    const fields = form && (client && !secret ? { ...form, client_id: client } : form);
    const answer = await plain.request(ready.issuer + path, { form: fields, headers });
    try {
      answer.json = JSON.parse(answer.body);
    } catch {
      // not every answer is JSON
    }
    return answer;
  };
  const drive = (...words) => new Promise((resolve) => {
    const cli = [join(here, 'drive.js'), ...words, '--ca', ready.ca];
    execFile(process.execPath, cli, (err, stdout, stderr) => {
      resolve({ code: err?.code ?? 0, out: stdout.trim(), err: stderr.trim() });
    });
  });
  return {
    ...ready,
    dir,
    child,
    browser,
    request,
    drive,
    get: (path) => call('GET', path),
    post: (path, body = {}) => call('POST', path, body),
    signin: (body = {}) => call('POST', '/signin', body),
    introspect: (token, client = 'host', secret = undefined) => request('/oidc/token/introspection', {
      form: { token }, client, secret,
    }),
    refresh: (token, client = 'host', secret = undefined) => request('/oidc/token', {
      form: { grant_type: 'refresh_token', refresh_token: token }, client, secret,
    }),
    userinfo: (token) => request('/oidc/me', { bearer: token }),
  };
}
