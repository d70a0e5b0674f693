// SPDX-License-Identifier: MIT
// Who belongs to which application, and as what. Everybody belongs to the system application; the
// others are joined by signing in to them.
import { SYSTEM } from './clients.js';

const START = [
  [SYSTEM, '1', 'OWNER'],
  [SYSTEM, '14', 'EDITOR'],
  ...['2', '4', '5', '6', '12'].map((sub) => ['host', sub, 'USER']),
  ['host', '1', 'OWNER'],
  ['host', '3', 'NONE'],
];

export class Roles {
  #users;

  #byClient = new Map();

  constructor(users) {
    this.#users = users;
    this.reset();
  }

  reset() {
    this.#byClient.clear();
    for (const [client, sub, role] of START) this.set(client, sub, role);
  }

  // null: no member any more (of the system application: an ordinary one).
  set(client, sub, role) {
    if (!this.#byClient.has(client)) this.#byClient.set(client, new Map());
    if (role === null) this.#byClient.get(client).delete(String(sub));
    else this.#byClient.get(client).set(String(sub), role);
  }

  join(client, sub) {
    if (!this.of(client, sub)) this.set(client, sub, 'USER');
  }

  of(client, sub) {
    const role = this.#byClient.get(client)?.get(String(sub));
    return role ?? (client === SYSTEM && this.#users.bySub(sub) ? 'USER' : undefined);
  }

  all() {
    return Object.fromEntries([...this.#byClient].map(([client, roles]) => [client, Object.fromEntries(roles)]));
  }

  // An editor of the system application is one everywhere.
  may(sub, client, roles) {
    return roles.includes(this.of(client, sub)) || roles.includes(this.of(SYSTEM, sub));
  }

  members(client) {
    return this.#users.list()
      .map((user) => [user, this.of(client, user.sub)])
      .filter(([user, role]) => role && !user.hard_deleted);
  }
}
