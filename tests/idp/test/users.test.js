// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { claims, start } from '../testkit.js';

const idp = await start();
const offline = { scope: 'openid offline_access', prompt: 'consent' };

async function signs(user, more = {}) {
  const { id_token: token, error } = await idp.signin({ user, ...more });
  return error ?? claims(token).sub;
}

test('every user signs in or is refused as stated', async () => {
  const { users } = await idp.get('/users');
  assert.equal(users.length, 14);
  for (const { sub, login, email } of users) {
    const expected = { 4: 'User not found', 5: 'User is blocked' }[sub] ?? sub;
    for (const typed of [login, sub, email]) if (typed) assert.equal(await signs(typed), expected, typed);
  }
  const long = users.find((u) => u.sub === '13').login;
  assert.equal(long.length, 71);
  assert.ok(Buffer.byteLength(long) > 100);
});

test('case counts in a login and not in an e-mail; spaces around do not', async () => {
  assert.equal(await signs('ALICE'), 'User not found');
  assert.equal(await signs('marie.dupont'), 'User not found');
  assert.equal(await signs(' alice '), '2');
  assert.equal(await signs('Alice@Example.test'), '2');
  assert.equal(await signs('nobody'), 'User not found');
  assert.equal(await signs('alice', { password: 'wrong' }), 'Invalid credentials');
});

async function state({ access_token: access, refresh_token: refresh }) {
  const { active } = (await idp.introspect(access)).json;
  const info = (await idp.userinfo(access)).status;
  const again = await idp.refresh(refresh);
  return [active, info, again.status];
}

test('blocked and deleted users keep their tokens, hard-deleted ones half of them', async () => {
  for (const [change, message, expected] of [
    [{ blocked: true }, 'User is blocked', [true, 200, 200]],
    [{ deleted: true }, 'User not found', [true, 200, 200]],
    [{ hard_deleted: true }, 'User not found', [true, 401, 400]],
  ]) {
    const t = await idp.signin({ user: 'erin', ...offline });
    assert.equal((await idp.post('/user', { sub: '12', ...change })).sub, '12');
    assert.equal(await signs('erin'), message);
    assert.deepEqual(await state(t), expected);
    await idp.post('/reset');
    assert.equal(await signs('erin'), '12');
  }
});

test('carol can be used once and then removed for good', async () => {
  await idp.post('/user', { sub: '4', deleted: false });
  const t = await idp.signin({ user: 'carol', ...offline });
  await idp.post('/user', { sub: '4', hard_deleted: true });
  assert.deepEqual(await state(t), [true, 401, 400]);
  await idp.post('/reset');
  assert.equal(await signs('carol'), 'User not found');
});

test('a login can be changed and then taken by a new user', async () => {
  assert.match((await idp.post('/user', { sub: '12', login: 'bob' })).error, /taken by 3/);
  await idp.post('/user', { sub: '3', login: 'robert' });
  assert.equal((await idp.post('/user', { sub: '40', login: 'bob' })).sub, '40');
  assert.equal(await signs('bob'), '40');
  assert.equal(await signs('robert'), '3');
  await idp.post('/reset');
  assert.equal(await signs('bob'), '3');
});

test('all sessions of a user can be ended', async () => {
  const t = await idp.signin({ user: 'bob', ...offline });
  const other = await idp.signin({ user: 'alice' });
  assert.ok((await idp.post('/sessions/end', { user: 'bob' })).ended >= 1);
  assert.deepEqual(await state(t), [false, 401, 400]);
  assert.equal((await idp.introspect(other.access_token)).json.active, true);
});

test('wrong control calls are refused', async () => {
  assert.match((await idp.post('/user', { sub: '2', nmae: 'x' })).error, /unknown member/);
  assert.match((await idp.post('/nothing')).error, /no such call/);
  assert.match((await idp.post('/fault', { path: '/x', kind: 'odd' })).error, /kind must be one of/);
  assert.match((await idp.post('/device', { odd: 1 })).error, /unknown member/);
});
