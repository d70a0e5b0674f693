// SPDX-License-Identifier: MIT
// The people this provider knows. A user's `sub` never changes and is never reused; the login may.
import { randomUUID } from 'node:crypto';

const PRIVATE = 'id picture nickname';
const ALL_PUBLIC = `${PRIVATE} login email phone_number family_name given_name birthdate `
  + 'uidNumber gidNumber loginShell homeDirectory sshPublicKey';

const LONG_LOGIN = 'длинное-имя-учётной-записи-'.repeat(3).slice(0, 71);

const START = [
  { sub: '1', login: 'root', given_name: 'firstName', family_name: 'lastName', nickname: 'project owner' },
  {
    sub: '2',
    login: 'alice',
    given_name: 'Alice',
    family_name: 'Anderson',
    nickname: 'Alic191',
    public_claims: ALL_PUBLIC,
    custom_fields: {
      uidNumber: '70001',
      gidNumber: '70001',
      loginShell: '/bin/bash',
      homeDirectory: '/home/alice',
      sshPublicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDm3w0Vv7l7cV5bKkz1p0m5o6wTnqD3nYw9mX2k1yQ7A alice@laptop',
    },
  },
  { sub: '3', login: 'bob', given_name: 'Bob', family_name: 'Brown', nickname: 'BobBright1' },
  { sub: '4', login: 'carol', given_name: 'Carol', family_name: 'Clark', nickname: 'StarryCarol56', deleted: true },
  { sub: '5', login: 'dave', given_name: 'Dave', family_name: 'Dunn', nickname: 'Dave1815', blocked: true },
  {
    sub: '6',
    login: 'Marie.Dupont',
    given_name: 'Marie',
    family_name: 'Dupont',
    nickname: 'MDRabbit28',
    locale: 'fr-FR',
  },
  { sub: '7', login: '3f2b8c1e-7d54-4a6b-9c0d-5e1f2a3b4c5d', nickname: 'QuirkyDonut8923', email: null },
  { sub: '8', login: '-rf', nickname: 'GRadiant74', email: 'minus@example.test' },
  { sub: '9', login: '..', nickname: 'MegaG82', email: 'dots@example.test' },
  { sub: '10', login: 'a:b', nickname: 'ThunderG53', email: 'colon@example.test' },
  { sub: '11', login: 'daemon', nickname: 'GSnappy60' },
  { sub: '12', login: 'erin', given_name: 'Erin', family_name: 'Evans', nickname: 'EECrown74' },
  { sub: '13', login: LONG_LOGIN, nickname: 'StarryG91', email: 'long@example.test' },
  { sub: '14', login: 'hostsvc', given_name: 'Host', family_name: 'Service', nickname: 'HSSwan6' },
];

// A deleted user waits for his removal.
const purge = (deleted) => (deleted === true ? new Date(Date.now() + 30 * 24 * 3600_000).toISOString() : deleted);

function complete(user) {
  const login = user.login ?? randomUUID();
  return {
    email: `${login}@example.test`,
    password: 'password',
    given_name: null,
    family_name: null,
    nickname: login,
    picture: null,
    phone_number: null,
    birthdate: '2026-11-23T11:52:44.607Z',
    locale: 'en-US',
    public_claims: PRIVATE,
    custom_fields: null,
    blocked: false,
    deleted: false,
    hard_deleted: false,
    ...user,
    login,
    deleted: purge(user.deleted ?? false),
  };
}

export class Users {
  #bySub = new Map();

  constructor() {
    this.reset();
  }

  reset() {
    this.#bySub.clear();
    for (const user of START) this.#bySub.set(user.sub, complete(user));
  }

  list() {
    return [...this.#bySub.values()];
  }

  bySub(sub) {
    return this.#bySub.get(String(sub));
  }

  // What a person may type: login (case counts), e-mail (case does not), or the number.
  find(identifier) {
    const typed = String(identifier ?? '').trim();
    if (/^[0-9]+$/.test(typed)) return this.bySub(typed);
    if (!typed.includes('@')) return this.list().find((u) => u.login === typed && !u.hard_deleted);
    return this.list().find((u) => u.email?.toLowerCase() === typed.toLowerCase() && !u.hard_deleted);
  }

  change({ sub, ...changes }) {
    const id = String(sub ?? '');
    if (!/^[1-9][0-9]*$/.test(id)) throw new Error('sub must be a positive integer');
    const before = this.#bySub.get(id) ?? complete({ sub: id, login: changes.login });
    const unknown = Object.keys(changes).filter((key) => !(key in before));
    if (unknown.length) throw new Error(`unknown member of a user: ${unknown.join(', ')}`);
    const after = { ...before, ...changes };
    after.deleted = purge(after.deleted);
    if (Array.isArray(after.public_claims)) after.public_claims = after.public_claims.join(' ');
    const holder = this.list().find((u) => u.login === after.login && u.sub !== id && !u.hard_deleted);
    if (holder && !after.hard_deleted) throw new Error(`login is taken by ${holder.sub}`);
    this.#bySub.set(id, after);
    return after;
  }

  // Many at once: user1000, user1001 ...
  populate(first, count) {
    for (let i = first; i < first + count; i += 1) {
      const sub = String(i);
      this.#bySub.set(sub, complete({ sub, login: `user${i}`, given_name: 'User', family_name: `No ${i}` }));
    }
  }
}
