// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { claims, start } from '../testkit.js';

const idp = await start('--device-flow', '--access-ttl', '77');
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

const post = async (path, form) => (await idp.request(path, { form, client: 'host' })).json;
const ask = (more = {}) => post('/oidc/device/auth', { scope: 'openid', ...more });
const poll = (code) => post('/oidc/token', { grant_type: GRANT, device_code: code });
const drive = (...words) => idp.drive('device', '--user', ...words);
const discovery = async () => (await idp.request('/.well-known/openid-configuration')).json;

test('discovery advertises the flow, the answer has no interval', async () => {
  const found = await discovery();
  assert.equal(found.device_authorization_endpoint, `${idp.issuer}/oidc/device/auth`);
  assert.ok(found.grant_types_supported.includes(GRANT));
  const d = await ask();
  const members = ['device_code', 'expires_in', 'user_code', 'verification_uri', 'verification_uri_complete'];
  assert.deepEqual(Object.keys(d).sort(), members);
  assert.match(d.user_code, /^[A-Z]{4}-[A-Z]{4}$/);
  assert.equal(d.verification_uri, `${idp.issuer}/oidc/device`);
  assert.equal(d.expires_in, 600);
  assert.equal((await poll(d.device_code)).error, 'authorization_pending');
});

test('a person approves through the pages, and a script too', async () => {
  const d = await ask({ scope: 'openid profile' });
  assert.deepEqual(await idp.post('/device/decide', { user_code: d.user_code, user: 'bob' }), { done: 'approved' });
  const t = await poll(d.device_code);
  assert.equal(claims(t.id_token).sub, '3');
  assert.equal(t.expires_in, 77);
  assert.equal((await idp.userinfo(t.access_token)).json.nickname, 'BobBright1');
  assert.equal((await poll(d.device_code)).error, 'invalid_grant');

  const [complete, typed, denied] = [await ask(), await ask(), await ask()];
  assert.equal((await drive('alice', complete.verification_uri_complete)).out, 'approved');
  assert.equal(claims((await poll(complete.device_code)).id_token).sub, '2');
  assert.equal((await drive('alice', '--code', typed.user_code.toLowerCase(), typed.verification_uri)).out, 'approved');
  assert.equal((await drive('alice', '--deny', denied.verification_uri_complete)).out, 'denied');
  const { error, error_description: text } = await poll(denied.device_code);
  assert.deepEqual([error, text], ['access_denied', 'End-User aborted interaction']);
});

test('a wrong code or a blocked user gets nowhere', async () => {
  const d = await ask();
  const wrong = await drive('alice', '--code', 'AAAA-AAAA', d.verification_uri);
  assert.deepEqual(wrong, { code: 1, out: '', err: 'The code you entered is incorrect.' });
  const dave = await drive('dave', d.verification_uri_complete);
  assert.deepEqual(dave, { code: 1, out: '', err: 'User is blocked' });
});

test('interval, expiry and slow_down come from the control port', async () => {
  await idp.post('/device', { interval: 7, expires_in: 60, slow_down: 2 });
  const d = await ask();
  assert.deepEqual([d.interval, d.expires_in], [7, 60]);
  assert.equal((await poll(d.device_code)).error, 'slow_down');
  assert.equal((await poll(d.device_code)).error, 'slow_down');
  assert.equal((await poll(d.device_code)).error, 'authorization_pending');
  await idp.post('/device', { expires_in: 1 });
  const short = await ask();
  await sleep(2000);
  assert.equal((await poll(short.device_code)).error, 'expired_token');
  await idp.post('/reset');
  assert.equal((await ask()).expires_in, 600);
});

test('the flow can be switched off and on', async () => {
  await idp.post('/device', { enabled: false });
  assert.equal('device_authorization_endpoint' in await discovery(), false);
  assert.equal((await ask()).error_description, 'unrecognized route or not allowed method (POST on /device/auth)');
  assert.equal((await poll('x')).error, 'unsupported_grant_type');
  const { id_token: token } = await idp.signin();
  assert.equal(claims(token).sub, '2');
  await idp.post('/device', { enabled: true });
  assert.ok((await ask()).device_code);
});
