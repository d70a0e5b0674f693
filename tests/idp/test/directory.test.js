// SPDX-License-Identifier: MIT
// The REST directory and the service account's sign-in, against what was recorded.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { start } from '../testkit.js';

const idp = await start();
const SYSTEM = 'sys-00000000-0000-4000-8000-000000000001';
const as = (user) => idp.signin({ client_id: SYSTEM, user, scope: 'openid offline_access', prompt: 'consent' });
const { access_token: editor } = await as('hostsvc');
const { access_token: plain } = await as('bob');
const api = (path, bearer = editor) => idp.request(`/api/v1${path}`, { bearer });

function refused({ status, json, headers }, expected, message, code) {
  assert.equal(status, expected);
  assert.equal(json.statusCode, expected);
  assert.equal(json.message, message);
  assert.equal(json.errorCode, code);
  assert.match(json.timestamp, /^\d{4}-.*Z$/);
  assert.ok(json.path.startsWith('/api/v1/'));
  assert.match(headers['content-type'], /^application\/json/);
}

async function silent(path) {
  const answer = await Promise.race([api(path), new Promise((r) => { setTimeout(r, 500, 'silence'); })]);
  assert.equal(answer, 'silence', path);
}

test('a listing has pages, and no login', async () => {
  const all = await api('/clients/host/users');
  assert.equal(all.headers['x-total-count'], '7');
  assert.equal(all.headers['x-per-page'], '10');
  const page = await api('/clients/host/users?limit=2&offset=2&sortBy=id&sortDirection=asc');
  assert.deepEqual(page.json.map((r) => r.user.id), [3, 4]);
  assert.equal(page.headers['x-current-offset'], '2');
  assert.equal(page.headers['x-next-offset'], '4');
  assert.deepEqual(Object.keys(page.json[0].user),
    ['family_name', 'given_name', 'nickname', 'picture', 'id', 'blocked', 'deleted']);
  assert.equal(page.json[0].role, 'NONE');
  assert.match(page.json[1].user.deleted, /^\d{4}-.*Z$/);
  const past = await api('/clients/host/users?limit=2&offset=100');
  assert.deepEqual(past.json, []);
  assert.equal(past.headers['x-next-offset'], '102');
  refused(await api('/clients/host/users?limit=3&foo=1'), 400, 'property foo should not exist', null);
  await silent('/clients/host/users?limit=3&sortBy=nosuch');
});

test('a filter finds a login exactly, a search does not', async () => {
  const by = (login, bearer) => api(`/clients/host/users?${new URLSearchParams({
    filter: JSON.stringify({ AND: [{ user: { login } }] }),
  })}`, bearer);
  assert.deepEqual((await by('alice')).json.map((r) => r.user.id), [2]);
  assert.deepEqual((await by('ali')).json, []);
  assert.deepEqual((await api('/clients/host/users?search=ali')).json.map((r) => r.user.id), [2]);
  refused(await by('alice', plain), 403, 'Forbidden resource', null);
});

test('one user, for whoever may see him', async () => {
  const { json } = await api('/clients/host/users/2');
  assert.equal(json.user.login, 'alice');
  assert.equal(json.user.custom_fields.loginShell, '/bin/bash');
  assert.equal(json.role, 'USER');
  assert.equal((await api('/clients/host/users/3')).json.user.custom_fields, null);
  refused(await api('/clients/host/users/2', plain), 403, 'Access restricted', 'translation.errors.T3E0026');
  refused(await api('/clients/host/users/99999'), 400, 'Role not found', 'translation.errors.T3E0059');
  await silent('/clients/host/users/8');
  await silent('/clients/host/users/abc');
});

test('an editor of the application alone sees what is public', async () => {
  await idp.post('/role', { user: 'erin', role: 'EDITOR' });
  const { access_token: erin } = await as('erin');
  assert.deepEqual((await api('/clients/host/users/3', erin)).json.user,
    { id: 3, nickname: 'BobBright1', picture: null });
  assert.equal((await api('/clients/host/users/2', erin)).json.user.login, 'alice');
  await idp.post('/reset');
});

test('nothing but a token of the system application counts', async () => {
  const path = '/api/v1/clients/host/users';
  refused(await idp.request(path), 403, 'Forbidden resource', null);
  refused(await idp.request(path, { client: 'host-secret', secret: 'host-secret-secret' }), 403,
    'Basic authorization is forbidden for this controller', 'translation.errors.T3E0077');
  const { access_token: other } = await idp.signin({ user: 'root' });
  for (const bearer of ['x', other]) {
    refused(await idp.request(path, { bearer }), 401, 'Invalid token', 'translation.errors.T3E0068');
  }
  assert.equal((await api('/clients/host/users?limit=2', plain)).status, 200);
});

test('a public browser application gets a new refresh token each time', async () => {
  const { refresh_token: refresh } = await as('hostsvc');
  const next = (await idp.refresh(refresh, SYSTEM)).json;
  assert.notEqual(next.refresh_token, refresh);
  assert.equal((await api('/clients/host/users?limit=1', next.access_token)).status, 200);
  assert.equal((await idp.refresh(refresh, SYSTEM)).status, 400);
  assert.equal((await idp.refresh(next.refresh_token, SYSTEM)).status, 400);
});

test('the pages that the service account walks', async () => {
  const browser = idp.browser();
  const verifier = randomBytes(32).toString('base64url');
  const first = await browser.request(`${idp.issuer}/oidc/auth?${new URLSearchParams({
    client_id: SYSTEM,
    response_type: 'code',
    redirect_uri: `${idp.issuer}/code`,
    scope: 'openid offline_access',
    state: 'abc',
    prompt: 'consent',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })}`);
  assert.equal(first.status, 303);
  const page = first.headers.location;
  assert.ok(page.startsWith(`${idp.issuer}/api/interaction/`));
  assert.equal((await browser.request(page)).status, 200);
  const typed = (password) => browser.request(`${page}/auth?type=CREDENTIALS`, {
    form: { identifier: 'hostsvc', password, prompt: 'login' },
  });
  assert.equal((await typed('wrong')).status, 201);
  let at = await typed('password');
  assert.equal(at.status, 302);
  const seen = [];
  while (!new URL(at.headers.location, idp.issuer).searchParams.get('code')) {
    seen.push(at.headers.location);
    at = await browser.request(new URL(at.headers.location, idp.issuer).href);
  }
  assert.equal(seen.length, 3);
  assert.equal(new URL(at.headers.location).searchParams.get('iss'), idp.issuer);
  browser.close();
});

test('many users, changes, and faults for each n-th request', async () => {
  assert.equal((await idp.post('/users/populate', { count: 10000 })).users, 10014);
  const { headers } = await api('/clients/host/users?limit=1');
  assert.equal(headers['x-total-count'], '10007');
  assert.equal((await api('/clients/host/users/5000')).json.user.login, 'user5000');
  await idp.post('/user', { sub: '5000', login: 'renamed', blocked: true });
  const { user } = (await api('/clients/host/users/5000')).json;
  assert.deepEqual([user.login, user.blocked], ['renamed', true]);
  await idp.post('/fault', { path: '/api/v1/clients/host/users/*', kind: 'status', count: -1, every: 3 });
  const statuses = [];
  for (let i = 0; i < 6; i += 1) statuses.push((await api('/clients/host/users/2')).status);
  assert.deepEqual(statuses, [200, 200, 500, 200, 200, 500]);
  await idp.post('/reset');
  assert.equal((await api('/clients/host/users?limit=1')).headers['x-total-count'], '7');
});
