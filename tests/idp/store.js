// SPDX-License-Identifier: MIT
// Sessions, codes and tokens of one run, in memory, behind oidc-provider's adapter interface.

const now = () => Math.floor(Date.now() / 1000);

export class Store {
  #entries = new Map();

  #grants = new Map();

  constructor() {
    setInterval(() => this.#sweep(), 30_000).unref();
  }

  #sweep() {
    for (const [key, { until }] of this.#entries) if (until <= Date.now()) this.#entries.delete(key);
    for (const [grant, keys] of this.#grants) {
      for (const key of keys) if (!this.#entries.has(key)) keys.delete(key);
      if (!keys.size) this.#grants.delete(grant);
    }
  }

  get(key) {
    const entry = this.#entries.get(key);
    return entry && entry.until > Date.now() ? entry.value : undefined;
  }

  set(key, value, seconds) {
    this.#entries.set(key, { value, until: seconds ? Date.now() + seconds * 1000 : Infinity });
  }

  delete(key) {
    this.#entries.delete(key);
  }

  joinGrant(grantId, key) {
    if (!this.#grants.has(grantId)) this.#grants.set(grantId, new Set());
    this.#grants.get(grantId).add(key);
  }

  dropGrant(grantId) {
    for (const key of this.#grants.get(grantId) ?? []) this.#entries.delete(key);
    this.#grants.delete(grantId);
  }

  // Tokens are bound to their session, so they end with it.
  endSessions(sub) {
    let ended = 0;
    for (const [key, { value }] of this.#entries) {
      if (key.startsWith('Session:') && value.accountId === sub) {
        this.#entries.delete(key);
        ended += 1;
      }
    }
    return ended;
  }
}

export function adapterFor(world) {
  const { store } = world;
  return (model) => ({
    async find(id) {
      if (model === 'Client') return world.clients.metadata(id, world.device.enabled);
      return store.get(`${model}:${id}`);
    },
    async findByUid(uid) {
      return this.find(store.get(`uid:${uid}`));
    },
    async findByUserCode(code) {
      return this.find(store.get(`userCode:${code}`));
    },
    async upsert(id, payload, seconds) {
      const key = `${model}:${id}`;
      if (model === 'Session') store.set(`uid:${payload.uid}`, id, seconds);
      if (payload.userCode) store.set(`userCode:${payload.userCode}`, id, seconds + 60);
      if (payload.grantId && model !== 'Interaction') store.joinGrant(payload.grantId, key);
      // An expired device code must be found for a while to be answered with expired_token.
      store.set(key, payload, model === 'DeviceCode' ? seconds + 60 : seconds);
    },
    async consume(id) {
      const payload = store.get(`${model}:${id}`);
      if (payload) payload.consumed = now();
    },
    async destroy(id) {
      store.delete(`${model}:${id}`);
    },
    async revokeByGrantId(grantId) {
      store.dropGrant(grantId);
    },
  });
}
