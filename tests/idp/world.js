// SPDX-License-Identifier: MIT
// The state of one run, passed to every part.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Clients } from './clients.js';
import { Faults } from './faults.js';
import { newKey } from './jws.js';
import { Consents } from './policy.js';
import { rebuild } from './provider.js';
import { Roles } from './roles.js';
import { Stats } from './stats.js';
import { Store } from './store.js';
import { Users } from './users.js';

const nameOf = (socket) => `${socket.remoteAddress} ${socket.remotePort}`;

export class World {
  #raw = new Map();

  constructor(options) {
    this.options = options;
    this.cookieKey = randomBytes(32).toString('hex');
    this.store = new Store();
    this.users = new Users();
    this.clients = new Clients();
    this.roles = new Roles(this.users);
    this.consents = new Consents();
    this.faults = new Faults();
    this.stats = new Stats();
    this.#startValues();
  }

  #startValues() {
    this.device = { enabled: this.options.deviceFlow, interval: null, expires_in: 600, slow_down: 0 };
    this.discoveryOverride = {};
    this.tokenOverrides = [];
  }

  async start(issuer) {
    this.issuer = issuer;
    this.clients.start(issuer);
    await this.#startKeys();
    rebuild(this);
  }

  // As a real provider's, the keys outlive a restart.
  async #startKeys() {
    const file = this.#keyFile();
    if (existsSync(file)) this.keys = JSON.parse(readFileSync(file, 'utf8'));
    else this.#setKeys([await newKey()]);
  }

  #setKeys(keys) {
    this.keys = keys;
    writeFileSync(this.#keyFile(), JSON.stringify(keys), { mode: 0o600 });
  }

  #keyFile() {
    return join(this.options.stateDir, 'keys.json');
  }

  reset() {
    this.users.reset();
    this.clients.reset();
    this.roles.reset();
    this.faults.clear();
    this.#startValues();
    rebuild(this);
  }

  async rotateKeys(keepOld) {
    this.#setKeys([await newKey(), ...(keepOld ? this.keys : [])]);
    rebuild(this);
  }

  setDevice(changes) {
    for (const name of Object.keys(changes)) {
      if (!(name in this.device)) throw new Error(`unknown member: ${name}`);
    }
    Object.assign(this.device, changes);
    rebuild(this);
    return this.device;
  }

  // Below TLS there is a TCP socket, which alone can be reset.
  watchSockets(server) {
    server.on('connection', (socket) => {
      const name = nameOf(socket);
      this.#raw.set(name, socket);
      socket.on('close', () => this.#raw.delete(name));
    });
  }

  rawSocket(socket) {
    return this.#raw.get(nameOf(socket)) ?? socket;
  }
}
