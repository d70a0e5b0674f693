// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { claims, header, start } from '../testkit.js';

const idp = await start();
const INVALID_GRANT = { error: 'invalid_grant', error_description: 'grant request is invalid' };
const offline = { scope: 'openid profile offline_access', prompt: 'consent' };

async function verified(jwt) {
  const { json } = await idp.request('/oidc/jwks');
  const jwk = json.keys.find((k) => k.kid === header(jwt).kid);
  const [head, body, signature] = jwt.split('.');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
}

test('tokens have the recorded form', async () => {
  const t = await idp.signin({ user: 'bob', nonce: 'n-1' });
  assert.equal(t.access_token.length, 43);
  assert.equal(t.code.length, 43);
  assert.equal(t.expires_in, 1800);
  assert.equal(t.scope, 'openid');
  assert.equal(t.refresh_token, undefined);
  assert.deepEqual(Object.keys(header(t.id_token)), ['alg', 'typ', 'kid']);
  const c = claims(t.id_token);
  assert.deepEqual(Object.keys(c).sort(), ['at_hash', 'aud', 'exp', 'iat', 'iss', 'nonce', 'sub']);
  assert.equal(c.exp - c.iat, 1800);
  assert.deepEqual([c.sub, c.aud, c.iss, c.nonce], ['3', 'host', idp.issuer, 'n-1']);
  assert.ok(await verified(t.id_token));
  assert.ok(t.id_token.length < 700);
});

test('the answer carries iss and state', async () => {
  const { redirect, state } = await idp.signin({ code_only: true });
  const params = new URL(redirect).searchParams;
  assert.equal(params.get('iss'), idp.issuer);
  assert.equal(params.get('state'), state);
});

test('userinfo gives what the user made public', async () => {
  const info = async (user, scope) => (await idp.userinfo((await idp.signin({ user, scope })).access_token)).json;
  assert.deepEqual(await info('bob', 'openid'), { sub: '3' });
  const asDefault = { sub: '3', nickname: 'BobBright1', picture: null };
  assert.deepEqual(await info('bob', 'openid profile email phone'), asDefault);
  const alice = await info('alice', 'openid profile email phone accounts lk catalog locale');
  assert.equal(alice.login, 'alice');
  assert.equal(alice.email, 'alice@example.test');
  assert.equal(alice.name, 'Alice Anderson');
  assert.equal(alice.custom_fields.uidNumber, '70001');
  assert.deepEqual([alice.locale, alice.catalog, alice.phone_number], ['en-US', false, null]);
  assert.deepEqual(alice.lk, [{ text: 'Profile', link: idp.issuer, type: 'lk_personal' }]);
  await idp.post('/user', { sub: '3', public_claims: ['id', 'login'] });
  assert.deepEqual(await info('bob', 'openid profile'), { sub: '3', login: 'bob' });
  await idp.post('/reset');
});

test('userinfo refuses as recorded', async () => {
  const none = await idp.request('/oidc/me');
  assert.equal(none.status, 400);
  assert.deepEqual(none.json, { error: 'invalid_request', error_description: 'no access token provided' });
  const bad = await idp.userinfo('x');
  assert.equal(bad.status, 401);
  const text = 'error="invalid_token", error_description="invalid token provided"';
  assert.equal(bad.headers['www-authenticate'], `Bearer realm="${idp.issuer}", ${text}`);
});

test('introspection answers the issuing client only', async () => {
  const t = await idp.signin({ ...offline, user: 'bob' });
  const { json } = await idp.introspect(t.access_token);
  const { exp, iat, scope, ...rest } = json;
  assert.deepEqual(rest, { active: true, sub: '3', client_id: 'host', iss: idp.issuer, token_type: 'Bearer' });
  assert.equal(exp - iat, 1800);
  assert.ok(scope.includes('offline_access'));
  const refresh = (await idp.introspect(t.refresh_token)).json;
  assert.equal(refresh.active, true);
  assert.equal('token_type' in refresh, false);
  const inactive = { active: false };
  for (const token of [t.access_token, t.refresh_token]) {
    assert.deepEqual((await idp.introspect(token, 'other', 'other-secret')).json, inactive);
  }
  for (const token of ['garbage', t.id_token]) assert.deepEqual((await idp.introspect(token)).json, inactive);
  const wrong = await idp.introspect(t.access_token, 'other', 'bad');
  assert.equal(wrong.status, 401);
  assert.deepEqual(wrong.json, { error: 'invalid_client', error_description: 'client authentication failed' });
});

test('a refresh token needs offline_access and prompt=consent', async () => {
  assert.equal((await idp.signin({ scope: 'openid offline_access' })).refresh_token, undefined);
  assert.equal((await idp.signin({ prompt: 'consent' })).refresh_token, undefined);
  assert.equal((await idp.signin(offline)).refresh_token.length, 43);
});

test('a public client\'s refresh token rotates, and reuse ends the family', async () => {
  const t = await idp.signin(offline);
  const first = (await idp.refresh(t.refresh_token)).json;
  assert.notEqual(first.refresh_token, t.refresh_token);
  assert.equal(claims(first.id_token).nickname, undefined);
  assert.equal(claims(first.id_token).nonce, t.nonce);
  assert.equal((await idp.userinfo(first.access_token)).json.nickname, 'Alic191');
  assert.deepEqual((await idp.refresh(t.refresh_token)).json, INVALID_GRANT);
  assert.deepEqual((await idp.refresh(first.refresh_token)).json, INVALID_GRANT);
  assert.deepEqual((await idp.introspect(first.access_token)).json, { active: false });
});

test('a confidential client\'s refresh token stays while it is young', async () => {
  const t = await idp.signin({ ...offline, client_id: 'host-secret' });
  const again = await idp.refresh(t.refresh_token, 'host-secret', 'host-secret-secret');
  assert.equal(again.status, 200);
  assert.equal(again.json.refresh_token, t.refresh_token);
});

test('wrong codes are all the same error; a code works once', async () => {
  const t = await idp.signin({ code_only: true });
  const { code, redirect_uri, code_verifier } = t;
  const form = { grant_type: 'authorization_code', code, redirect_uri, code_verifier };
  const redeem = (changes) => idp.request('/oidc/token', { form: { ...form, ...changes }, client: 'host' });
  const changes = [{ code: 'nonsense' }, { code_verifier: 'a'.repeat(43) }, { redirect_uri: 'http://127.0.0.1/no' }];
  for (const wrong of changes) {
    const { status, json } = await redeem(wrong);
    assert.equal(status, 400);
    assert.deepEqual(json, INVALID_GRANT);
  }
  const good = await redeem({});
  assert.equal(good.status, 200);
  assert.deepEqual((await redeem({})).json, INVALID_GRANT);
  assert.equal((await idp.userinfo(good.json.access_token)).status, 401);
});

test('other grants are not supported', async () => {
  for (const grant_type of ['urn:ietf:params:oauth:grant-type:device_code', 'password', 'client_credentials']) {
    const { status, json } = await idp.request('/oidc/token', { form: { grant_type }, client: 'host' });
    assert.equal(status, 400);
    assert.deepEqual(json, { error: 'unsupported_grant_type', error_description: 'unsupported grant_type requested' });
  }
});

test('pairwise subjects and short lives', async () => {
  const p = await idp.signin({ client_id: 'pairwise' });
  const { sub } = claims(p.id_token);
  assert.match(sub, /^[0-9a-f]{64}$/);
  assert.equal((await idp.introspect(p.access_token, 'pairwise', 'pairwise-secret')).json.sub, sub);
  const s = await idp.signin({ client_id: 'short' });
  assert.equal(s.expires_in, 3);
  assert.equal(claims(s.id_token).exp - claims(s.id_token).iat, 3);
  await sleep(3100);
  assert.deepEqual((await idp.introspect(s.access_token, 'short', 'short-secret')).json, { active: false });
});

test('PAR lives 60 s and shortens the address', async () => {
  const { status, json } = await idp.request('/oidc/request', {
    client: 'host',
    form: { response_type: 'code', redirect_uri: 'http://127.0.0.1:5151/cb', scope: 'openid', state: 's', nonce: 'n' },
  });
  assert.equal(status, 201);
  assert.equal(json.expires_in, 60);
  assert.match(json.request_uri, /^urn:ietf:params:oauth:request_uri:[\w-]{21}$/);
  const t = await idp.signin({ par: true, max_age: 43200 });
  assert.ok(Math.abs(claims(t.id_token).auth_time - Date.now() / 1000) < 60);
});

test('minted tokens and token overrides', async () => {
  const { id_token: own } = await idp.post('/mint', { client_id: 'host', user: 'alice', nonce: 'x' });
  assert.ok(await verified(own));
  assert.deepEqual(Object.keys(claims(own)), ['sub', 'nonce', 'aud', 'exp', 'iat', 'iss']);
  const { id_token: none } = await idp.post('/mint', { alg: 'none', claims: { sub: '1', nonce: null } });
  assert.equal(none.split('.')[2], '');
  assert.equal(claims(none).sub, '1');
  assert.equal('nonce' in claims(none), false);
  const { id_token: hs } = await idp.post('/mint', { alg: 'HS256', secret: 's', header: { kid: null } });
  assert.deepEqual(header(hs), { alg: 'HS256', typ: 'JWT' });
  const { id_token: raw } = await idp.post('/mint', { payload: '{"sub":"1","sub":"2"}' });
  assert.equal(Buffer.from(raw.split('.')[1], 'base64url').toString(), '{"sub":"1","sub":"2"}');

  await idp.post('/token-override', { client_id: 'host', claims: { iss: 'https://evil.example', at_hash: null } });
  assert.equal(claims((await idp.signin({ client_id: 'other' })).id_token).iss, idp.issuer);
  const t = await idp.signin();
  assert.equal(claims(t.id_token).iss, 'https://evil.example');
  assert.ok(await verified(t.id_token));
  assert.equal(claims((await idp.signin()).id_token).iss, idp.issuer);
  await idp.post('/token-override', { response: { id_token: null, token_type: 'mac' } });
  const odd = await idp.signin();
  assert.deepEqual([odd.id_token, odd.token_type], [undefined, 'mac']);
});
