// SPDX-License-Identifier: MIT
// The control port: how tests look at the provider, change it and break it.
import { createPublicKey, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';

import { Browser } from './browser.js';
import { codeFlow, walk } from './flows.js';
import { listen, outer } from './front.js';
import { mint } from './jws.js';
import { credentials } from './tls.js';

const now = () => Math.floor(Date.now() / 1000);

// The flows run here use a listener of their own, which is neither counted nor broken.
async function browse(world, work) {
  const { port } = world.inner.address();
  const ca = readFileSync(join(world.options.stateDir, 'ca.pem'));
  const browser = new Browser({ ca, connect: { host: '127.0.0.1', port } });
  try {
    return await work(browser);
  } finally {
    browser.close();
  }
}

function person(world, { user = 'alice', password }) {
  const known = world.users.find(user);
  return { user: String(user), password: password ?? known?.password };
}

function signin(world, body) {
  const id = body.client_id ?? 'host';
  const client = world.clients.get(id);
  if (!client) throw new Error('unknown client');
  const at = (path) => `${world.issuer}/oidc/${path}`;
  const endpoints = {
    authorization_endpoint: at('auth'),
    token_endpoint: at('token'),
    pushed_authorization_request_endpoint: at('request'),
  };
  return browse(world, (browser) => codeFlow(browser, endpoints, {
    client: id,
    secret: client.token_endpoint_auth_method === 'none' ? undefined : client.client_secret,
    person: person(world, body),
    redirectUri: body.redirect_uri ?? client.redirect_uris[0],
    scope: body.scope,
    nonce: body.nonce,
    maxAge: body.max_age,
    prompt: body.prompt,
    par: body.par,
    codeOnly: body.code_only,
    extra: body.extra,
  }));
}

function decide(world, { user_code: code, decision = 'approve', ...who }) {
  const address = `${world.issuer}/oidc/device?${new URLSearchParams({ user_code: code })}`;
  return browse(world, (browser) => walk(browser, address, { ...person(world, who), deny: decision === 'deny' }));
}

function minted(world, { client_id: aud = 'host', user = '2', nonce, ...how }) {
  const { sub } = world.users.find(user) ?? { sub: String(user) };
  const iat = now();
  const base = {
    sub, nonce: nonce ?? randomBytes(9).toString('base64url'), aud, exp: iat + 1800, iat, iss: world.issuer,
  };
  return { id_token: mint(world, base, how) };
}

async function openListener(world, { kind = 'server', port }) {
  const server = await listen(world, { kind, port, host: world.options.bind, handler: outer(world) });
  world.stats.watch(server);
  world.watchSockets(server);
  return { kind, port: server.address().port };
}

function useCertificate(world, kind = world.options.cert) {
  world.main.setSecureContext(credentials(world.options.stateDir, kind));
  return { kind };
}

function addTokenOverride(world, { count = 1, ...change }) {
  world.tokenOverrides.push({ count, ...change });
  return { token_overrides: world.tokenOverrides };
}

function endSessions(world, { user }) {
  const known = world.users.find(user);
  if (!known) throw new Error('unknown user');
  return { ended: world.store.endSessions(known.sub) };
}

function setRole(world, { client_id: client = 'host', user, role = null }) {
  const known = world.users.find(user);
  if (!known) throw new Error('unknown user');
  world.roles.set(client, known.sub, role);
  return { client_id: client, sub: known.sub, role };
}

function populate(world, { count, first = 1000, client_id: client = 'host', role = 'USER' }) {
  if (!(count > 0) || !(first > 0)) throw new Error('count and first must be positive');
  world.users.populate(first, count);
  for (let i = first; i < first + count; i += 1) world.roles.set(client, i, role);
  return { users: world.users.list().length };
}

const pem = (key) => createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });

const CALLS = {
  'GET /stats': ({ stats }) => ({ paths: stats.paths, open: stats.open, connections: stats.connections }),
  'POST /stats/reset': ({ stats }) => stats.reset(),
  'POST /reset': (world) => {
    world.reset();
    useCertificate(world);
  },
  'GET /fault': ({ faults }) => ({ faults: faults.list() }),
  'POST /fault': ({ faults }, body) => faults.add(body),
  'GET /keys': ({ keys }) => ({ keys, public_pem: keys.map(pem) }),
  'POST /keys/rotate': async (world, { keep_old: keepOld = false }) => {
    await world.rotateKeys(keepOld);
    return { kid: world.keys[0].kid };
  },
  'POST /mint': minted,
  'POST /token-override': addTokenOverride,
  'POST /discovery': (world, { override = {} }) => { world.discoveryOverride = override; },
  'POST /device': (world, body) => world.setDevice(body),
  'POST /device/decide': decide,
  'GET /users': ({ users }) => ({ users: users.list() }),
  'POST /user': ({ users }, body) => users.change(body),
  'POST /users/populate': populate,
  'GET /roles': ({ roles }) => roles.all(),
  'POST /role': setRole,
  'POST /client': ({ clients }, body) => clients.change(body),
  'POST /sessions/end': endSessions,
  'POST /signin': signin,
  'POST /listen': openListener,
  'POST /tls': (world, { kind }) => useCertificate(world, kind),
};

async function call(world, req) {
  let text = '';
  for await (const chunk of req) text += chunk;
  const action = CALLS[`${req.method} ${req.url}`];
  if (!action) return [404, { error: `no such call; there are ${Object.keys(CALLS).join(', ')}` }];
  try {
    return [200, await action(world, JSON.parse(text || '{}')) ?? { ok: true }];
  } catch (err) {
    return [400, { error: err.message, ...err.detail }];
  }
}

export async function startControl(world, port) {
  const server = http.createServer(async (req, res) => {
    const [status, body] = await call(world, req);
    res.writeHead(status, { 'content-type': 'application/json' });
    res.end(`${JSON.stringify(body)}\n`);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}
