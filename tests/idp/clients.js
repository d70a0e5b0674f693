// SPDX-License-Identifier: MIT
// The applications registered at this provider.

export const SYSTEM = 'sys-00000000-0000-4000-8000-000000000001';
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

const web = (id, more = {}) => ({
  client_id: id,
  name: id,
  client_secret: `${id}-secret`,
  application_type: 'web',
  token_endpoint_auth_method: 'client_secret_basic',
  redirect_uris: [`https://${id}.example.test/cb`],
  ...more,
});

const START = [
  {
    client_id: 'host',
    name: 'Linux hosts',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/cb'],
    post_logout_redirect_uris: [],
  },
  web('host-secret', { name: 'Linux hosts with a secret', redirect_uris: ['https://hosts.example.test/cb'] }),
  web('nextcloud', { name: 'Nextcloud', redirect_uris: ['https://cloud.example.test/cb'] }),
  web('other', { name: 'Other app' }),
  web('pairwise', { subject_type: 'pairwise' }),
  web('short', { access_token_ttl: 3, id_token_ttl: 3 }),
];

// The provider's own application: public, and no page asks for consent to it.
const system = (issuer) => ({
  client_id: SYSTEM,
  name: 'Encvoy ID',
  application_type: 'web',
  token_endpoint_auth_method: 'none',
  redirect_uris: [`${issuer}/code`, `${issuer}/login`],
  post_logout_redirect_uris: [issuer],
});

export class Clients {
  #byId = new Map();

  #issuer;

  constructor() {
    this.reset();
  }

  reset() {
    this.#byId.clear();
    for (const client of START) this.#byId.set(client.client_id, client);
    if (this.#issuer) this.#byId.set(SYSTEM, system(this.#issuer));
  }

  start(issuer) {
    this.#issuer = issuer;
    this.reset();
  }

  get(id) {
    return this.#byId.get(id);
  }

  change({ client_id: id, ...changes }) {
    if (typeof id !== 'string' || !id) throw new Error('client_id is missing');
    const after = { ...(this.get(id) ?? web(id)), ...changes };
    this.#byId.set(id, after);
    return after;
  }

  // The provider refuses a client that lists a grant it does not offer.
  metadata(id, deviceFlow) {
    const client = this.get(id);
    if (!client) return undefined;
    const grants = ['authorization_code', 'refresh_token', ...(deviceFlow ? [DEVICE_GRANT] : [])];
    return { grant_types: grants, response_types: ['code'], ...client };
  }
}
