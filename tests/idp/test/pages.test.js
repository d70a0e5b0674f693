// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { codeFlow, walk } from '../flows.js';
import { claims, start } from '../testkit.js';

const idp = await start();
const endpoints = (prefix) => ({
  authorization_endpoint: `${idp.issuer}${prefix}/auth`,
  token_endpoint: `${idp.issuer}${prefix}/token`,
});
const REDIRECT = 'https://hosts.example.test/cb';

function address(params = {}) {
  return `${idp.issuer}/oidc/auth?${new URLSearchParams({
    client_id: 'host-secret',
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'openid profile',
    state: 's',
    ...params,
  })}`;
}

async function outcome(browser, person, params) {
  try {
    const { left } = await walk(browser, address(params), person);
    return Object.fromEntries(new URL(left).searchParams);
  } catch (err) {
    return err.message;
  }
}

const alice = { user: 'alice' };

async function withBrowser(work) {
  const browser = idp.browser();
  try {
    return await work(browser);
  } finally {
    browser.close();
  }
}

test('the pages have the recorded addresses, answers and cookies', () => withBrowser(async (browser) => {
  const first = await browser.request(address());
  assert.equal(first.status, 303);
  const page = first.headers.location;
  const [, uid] = /\/api\/interaction\/([\w-]{21})$/.exec(page);
  assert.ok(first.headers['set-cookie'].some((c) => c.startsWith('_interaction=')
    && c.includes(`path=/api/interaction/${uid}; `) && c.endsWith('samesite=lax; secure; httponly')));
  assert.match((await browser.request(page)).body, /data-page="login"/);
  const bad = await browser.request(`${page}/auth?type=CREDENTIALS`, { form: { identifier: 'bob', password: 'no' } });
  assert.equal(bad.status, 201);
  assert.match(bad.body, /Invalid credentials/);
  const right = { identifier: 'bob', password: 'password', prompt: 'login' };
  const good = await browser.request(`${page}/auth?type=CREDENTIALS`, { form: right });
  assert.equal(good.status, 302);
  assert.equal(good.headers.location, `/oidc/auth/${uid}`);
  const resumed = await browser.request(`${idp.issuer}/oidc/auth/${uid}`);
  const session = /^_session=[^;]+; path=\/; samesite=none; secure; httponly$/;
  assert.ok(resumed.headers['set-cookie'].some((c) => session.test(c)));
  const consent = resumed.headers.location;
  assert.match((await browser.request(consent)).body, /data-page="access"[\s\S]*<li>openid<\/li><li>profile<\/li>/);
  const confirmed = await browser.request(`${consent}/confirm`, { form: {} });
  assert.equal(confirmed.status, 302);
  const last = await browser.request(idp.issuer + confirmed.headers.location);
  assert.match(last.headers.location, /^https:\/\/hosts\.example\.test\/cb\?code=[\w-]{43}&state=s&iss=https%3A%2F%2F/);
}));

test('no page needs anything from elsewhere', () => withBrowser(async (browser) => {
  const page = (await browser.request(address())).headers.location;
  const { body } = await browser.request(page);
  const wrong = await browser.request(address({ redirect_uri: 'https://evil.example.test/cb' }));
  assert.equal(wrong.status, 400);
  assert.match(wrong.body, /_description<\/strong>: redirect_uri did not match any of the client&#39;s registered/);
  for (const text of [body, wrong.body]) assert.doesNotMatch(text, /(src|href|import)[=( ]+"?'?https?:/);
}));

test('an unknown interaction shows an error page', async () => {
  const { status, body } = await idp.request('/api/interaction/doesnotexist');
  assert.equal(status, 200);
  assert.match(body, /data-page="error"[\s\S]*Something went wrong/);
});

test('sign-in works under both prefixes', async () => {
  for (const prefix of ['/oidc', '/api/oidc']) {
    const t = await withBrowser((browser) => codeFlow(browser, endpoints(prefix), {
      client: 'host', person: alice, redirectUri: 'http://127.0.0.1:4711/cb',
    }));
    assert.equal(claims(t.id_token).sub, '2');
    assert.equal((await idp.request(`${prefix}/me`, { bearer: t.access_token })).json.sub, '2');
  }
});

test('consent is asked once, in whatever browser', async () => {
  const pages = async (params) => withBrowser(async (browser) => {
    await walk(browser, address(params), { user: 'erin' });
    return browser.jar.cookies.length;
  });
  const count = async () => (await idp.get('/stats')).paths['/api/interaction/:uid/confirm']?.count ?? 0;
  const before = await count();
  await pages();
  assert.equal(await count(), before + 1);
  await pages();
  assert.equal(await count(), before + 1);
  await pages({ scope: 'openid profile email' });
  assert.equal(await count(), before + 2);
  await pages({ prompt: 'consent' });
  assert.equal(await count(), before + 3);
});

test('the session tile is one click and keeps the time of authentication', () => withBrowser(async (browser) => {
  const ask = (person, maxAge) => codeFlow(browser, endpoints('/oidc'), {
    client: 'host-secret', secret: 'host-secret-secret', redirectUri: REDIRECT, person, maxAge,
  });
  const typed = claims((await ask(alice, 100)).id_token).auth_time;
  await sleep(1100);
  assert.equal(claims((await ask({ tile: true }, 100)).id_token).auth_time, typed);
  await sleep(1100);
  await assert.rejects(ask({ tile: true }, 1), { message: 'endless page', code: 2 });
  assert.ok(claims((await ask(alice, 1)).id_token).auth_time > typed);
}));

test('prompt=login and max_age=0 never complete', async () => {
  for (const params of [{ prompt: 'login' }, { max_age: 0 }]) {
    assert.equal(await withBrowser((b) => outcome(b, alice, params)), 'endless page');
    const native = { ...params, client_id: 'host', redirect_uri: 'http://127.0.0.1/cb' };
    assert.equal(await withBrowser((b) => outcome(b, alice, native)), 'endless page');
  }
});

test('prompt=none and what else is refused at once', () => withBrowser(async (browser) => {
  assert.ok((await outcome(browser, alice, {})).code);
  const refused = async (params) => {
    const { error, error_description: text, state, iss } = await outcome(browser, alice, params);
    assert.deepEqual([state, iss], ['s', idp.issuer]);
    return [error, text];
  };
  const invalid = 'invalid_request';
  const plain = { code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' };
  for (const [params, ...expected] of [
    [{ prompt: 'none' }, 'interaction_required', 'End-User authentication is required'],
    [{ prompt: 'select_account' }, invalid, 'unsupported prompt value requested'],
    [{ request: 'x.y.z' }, 'request_not_supported', undefined],
    [{ response_mode: 'web_message' }, 'unsupported_response_mode', 'unsupported response_mode requested'],
    [plain, invalid, 'not supported value of code_challenge_method'],
  ]) assert.deepEqual(await refused(params), expected);
}));

test('another user in the same browser', () => withBrowser(async (browser) => {
  assert.ok((await outcome(browser, alice)).code);
  assert.ok((await outcome(browser, { user: 'bob' })).code);
}));

test('signing out in the browser ends the tokens of that sign-in', () => withBrowser(async (browser) => {
  const t = await codeFlow(browser, endpoints('/oidc'), {
    client: 'host',
    person: alice,
    redirectUri: 'http://127.0.0.1/cb',
    scope: 'openid offline_access',
    prompt: 'consent',
  });
  assert.equal((await idp.introspect(t.refresh_token)).json.active, true);
  await walk(browser, `${idp.issuer}/oidc/session/end?id_token_hint=${t.id_token}`, alice);
  assert.equal((await idp.introspect(t.refresh_token)).json.active, false);
  assert.equal((await idp.introspect(t.access_token)).json.active, false);
}));

test('drive.js browse: redirect, messages, jar and tile', async () => {
  const browse = (url, ...more) => idp.drive('browse', url, ...more);
  const jar = join(idp.dir, 'jar.json');
  const first = await browse(address(), '--user', 'alice', '--jar', jar);
  assert.match(first.out, /^https:\/\/hosts\.example\.test\/cb\?code=/);
  assert.match((await browse(address(), '--tile', '--jar', jar)).out, /\?code=/);
  assert.deepEqual(await browse(address(), '--user', 'dave'), { code: 1, out: '', err: 'User is blocked' });
  assert.deepEqual(await browse(address({ max_age: 0 }), '--user', 'alice'), { code: 2, out: '', err: 'endless page' });
  assert.equal((await browse(address(), '--user=-rf')).code, 0);
  assert.equal((await browse(address())).code, 64);
  const client = ['--client', 'host-secret', '--secret', 'host-secret-secret', '--redirect', REDIRECT];
  const wanted = ['--issuer', idp.issuer, '--user', 'bob', '--nonce', 'n', '--max-age', '60'];
  const t = await idp.drive('token', ...client, ...wanted);
  const { sub, nonce, auth_time: at } = claims(JSON.parse(t.out).id_token);
  assert.deepEqual([sub, nonce, typeof at], ['3', 'n', 'number']);
});
