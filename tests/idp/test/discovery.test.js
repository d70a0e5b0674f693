// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { start } from '../testkit.js';

const idp = await start();
const recorded = readFileSync(new URL('discovery.json', import.meta.url), 'utf8');
const DISCOVERY = '/.well-known/openid-configuration';

test('discovery is the recorded one at all three addresses', async () => {
  const expected = JSON.parse(recorded.replaceAll('ISSUER', idp.issuer));
  for (const prefix of ['', '/oidc', '/api/oidc']) {
    const { status, headers, json } = await idp.request(prefix + DISCOVERY);
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
    assert.deepEqual(json, expected);
  }
});

test('one RS256 key under both prefixes, nothing at the root', async () => {
  const { json, headers } = await idp.request('/oidc/jwks');
  assert.equal(headers['content-type'], 'application/jwk-set+json; charset=utf-8');
  assert.equal(json.keys.length, 1);
  assert.deepEqual(Object.keys(json.keys[0]).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
  assert.equal(json.keys[0].alg, 'RS256');
  assert.deepEqual((await idp.request('/api/oidc/jwks')).json, json);
  const { status, body } = await idp.request('/jwks');
  assert.equal(status, 404);
  assert.match(body, /404 Not Found/);
  assert.equal((await idp.request('/.well-known/oauth-authorization-server')).status, 404);
});

test('an unknown route is refused as recorded', async () => {
  const { status, json } = await idp.request('/oidc/device/auth', { form: { client_id: 'host' } });
  assert.equal(status, 404);
  assert.deepEqual(json, {
    error: 'invalid_request',
    error_description: 'unrecognized route or not allowed method (POST on /device/auth)',
  });
});

test('a known path asked in a wrong way is 405', async () => {
  const { status, headers, json } = await idp.request('/oidc/token/introspection');
  assert.deepEqual([status, headers.allow], [405, 'POST, OPTIONS']);
  assert.equal(json.error_description, 'unrecognized route or not allowed method (GET on /token/introspection)');
});

test('discovery can be overridden, and members removed', async () => {
  await idp.post('/discovery', { override: { token_endpoint: 'http://evil.example/token', jwks_uri: null } });
  for (const prefix of ['', '/oidc', '/api/oidc']) {
    const { json } = await idp.request(prefix + DISCOVERY);
    assert.equal(json.token_endpoint, 'http://evil.example/token');
    assert.equal('jwks_uri' in json, false);
  }
  await idp.post('/reset');
  const { json } = await idp.request(DISCOVERY);
  assert.equal(json.jwks_uri, `${idp.issuer}/oidc/jwks`);
});

test('endpoint hosts follow the Host header, the issuer does not', async () => {
  const browser = idp.browser();
  const answer = await browser.request(idp.issuer + DISCOVERY, { headers: { host: 'evil.example' } });
  browser.close();
  const json = JSON.parse(answer.body);
  assert.equal(json.issuer, idp.issuer);
  assert.equal(json.token_endpoint, 'https://evil.example/oidc/token');
});

test('keys rotate with and without overlap', async () => {
  const before = (await idp.request('/oidc/jwks')).json.keys[0].kid;
  const { kid } = await idp.post('/keys/rotate', { keep_old: true });
  const kids = async () => (await idp.request('/oidc/jwks')).json.keys.map((k) => k.kid);
  assert.deepEqual(await kids(), [kid, before]);
  const { kid: last } = await idp.post('/keys/rotate', {});
  assert.deepEqual(await kids(), [last]);
  const { keys, public_pem: pems } = await idp.get('/keys');
  assert.equal(keys[0].kid, last);
  assert.ok(keys[0].d);
  assert.match(pems[0], /BEGIN PUBLIC KEY/);
});

test('keys outlive a restart', async () => {
  const { keys } = await idp.get('/keys');
  const again = await start('--state-dir', idp.dir);
  assert.deepEqual((await again.get('/keys')).keys, keys);
});
