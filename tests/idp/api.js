// SPDX-License-Identifier: MIT
// The REST directory below /api/v1, as far as it was recorded: listings, one user, roles, blocking.
// What the real one never answers is never answered here either.
import { SYSTEM } from './clients.js';

const USERS = /^\/api\/v1\/clients\/([^/]+)\/users(?:\/([^/]+)(\/role)?)?$/;
const BLOCK = /^\/api\/v1\/users\/([^/]+)\/(block|unblock)$/;
const EXPOSED = 'Access-Control-Allow-Origin,X-Total-Count,X-Per-Page,X-Current-Offset,X-Next-Offset';
const PARAMETERS = ['limit', 'offset', 'sortBy', 'sortDirection', 'search', 'filter'];
const SORTED = ['id', 'login', 'nickname', 'given_name', 'family_name', 'email'];
const EDITORS = ['OWNER', 'EDITOR'];
const SILENCE = Symbol('no answer');

class Refused extends Error {
  constructor(status, message, code = null, details = undefined) {
    super(message);
    Object.assign(this, { status, code, details });
  }
}

const forbidden = () => new Refused(403, 'Forbidden resource');
const restricted = () => new Refused(403, 'Access restricted', 'translation.errors.T3E0026');
const invalid = () => new Refused(401, 'Invalid token', 'translation.errors.T3E0068');

// Only tokens of the system application count, whatever their scope.
async function caller(world, req) {
  const [scheme, token] = (req.headers.authorization ?? '').split(' ');
  if (scheme === 'Basic') {
    throw new Refused(403, 'Basic authorization is forbidden for this controller', 'translation.errors.T3E0077');
  }
  if (!scheme) throw forbidden();
  const known = scheme === 'Bearer' && token && await world.provider.AccessToken.find(token);
  if (!known || known.clientId !== SYSTEM) throw invalid();
  const user = world.users.bySub(known.accountId);
  if (!user || user.hard_deleted) throw invalid();
  if (user.blocked) throw new Refused(403, 'User is blocked', 'translation.errors.T3E0024');
  return user.sub;
}

const name = ({ family_name, given_name, nickname, picture }) => ({ family_name, given_name, nickname, picture });
const state = ({ blocked, deleted }) => ({ blocked, deleted: deleted || null });

const row = (user, role) => ({ user: { ...name(user), id: Number(user.sub), ...state(user) }, role });

function whole(user) {
  const { email, birthdate, login, phone_number, picture, public_claims, custom_fields } = user;
  const { family_name, given_name, nickname } = user;
  return {
    id: Number(user.sub),
    email,
    birthdate,
    family_name,
    given_name,
    nickname,
    login,
    phone_number,
    picture,
    public_profile_claims_oauth: public_claims,
    public_profile_claims_gravatar: '',
    ...state(user),
    custom_fields,
    password_updated_at: birthdate,
  };
}

// What an editor of an ordinary application sees.
function open(user) {
  const shown = { id: Number(user.sub), nickname: user.nickname, picture: user.picture };
  const claims = user.public_claims.split(' ');
  for (const field of ['email', 'family_name', 'given_name', 'login', 'phone_number']) {
    if (claims.includes(field)) shown[field] = user[field];
  }
  const custom = Object.entries(user.custom_fields ?? {}).filter(([field]) => claims.includes(field));
  if (custom.length) shown.custom_fields = Object.fromEntries(custom);
  return shown;
}

function exactly(filter, [user, role]) {
  const parts = filter.AND ?? [filter];
  return parts.every((part) => (part.role === undefined || part.role === role)
    && Object.entries(part.user ?? {}).every(([field, value]) => (
      String(field === 'id' ? user.sub : user[field]) === String(value))));
}

function found(search, user) {
  return user.sub.includes(search)
    || [user.login, user.nickname, user.given_name, user.family_name, user.email]
      .some((text) => text?.toLowerCase().includes(search.toLowerCase()));
}

function compare(field) {
  if (field === 'id') return ([a], [b]) => a.sub - b.sub;
  return ([a], [b]) => (String(a[field]) < String(b[field]) ? -1 : 1);
}

function number(query, field, otherwise) {
  const text = query.get(field);
  if (text === null) return otherwise;
  if (!/^\d+$/.test(text)) throw new Refused(400, `${field} must be an integer number`);
  return Number(text);
}

async function list({ world, req, res, url, client }) {
  const sub = await caller(world, req);
  const query = url.searchParams;
  for (const field of query.keys()) {
    if (!PARAMETERS.includes(field)) throw new Refused(400, `property ${field} should not exist`);
  }
  const sortBy = query.get('sortBy');
  if (sortBy && !SORTED.includes(sortBy)) return SILENCE;
  if (query.has('filter') && !world.roles.may(sub, client, EDITORS)) throw forbidden();
  let rows = world.roles.members(client);
  if (query.has('filter')) {
    const filter = JSON.parse(query.get('filter'));
    rows = rows.filter((r) => exactly(filter, r));
  }
  if (query.has('search')) rows = rows.filter(([user]) => found(query.get('search'), user));
  if (sortBy) rows.sort(compare(sortBy));
  if (query.get('sortDirection') === 'desc') rows.reverse();
  const limit = number(query, 'limit', 10);
  const offset = number(query, 'offset', 0);
  res.setHeader('x-total-count', rows.length);
  res.setHeader('x-per-page', limit);
  res.setHeader('x-current-offset', offset);
  res.setHeader('x-next-offset', offset + limit);
  return rows.slice(offset, offset + limit).map(([user, role]) => row(user, role));
}

async function details({ world, req, client, id }) {
  const sub = await caller(world, req);
  if (!/^\d+$/.test(id)) return SILENCE;
  const user = world.users.bySub(id);
  if (!user || user.hard_deleted) throw new Refused(400, 'Role not found', 'translation.errors.T3E0059');
  const role = world.roles.of(client, id);
  if (!role) return SILENCE;
  if (EDITORS.includes(world.roles.of(SYSTEM, sub))) return { user: whole(user), role };
  if (!world.roles.may(sub, client, EDITORS)) throw restricted();
  return { user: open(user), role };
}

async function readJson(req) {
  let text = '';
  for await (const chunk of req) text += chunk;
  return JSON.parse(text || '{}');
}

async function setRole({ world, req, res, client, id }) {
  const sub = await caller(world, req);
  const { role } = await readJson(req);
  if (!world.roles.may(sub, client, EDITORS)) throw restricted();
  if (role === 'OWNER') {
    throw new Refused(400, 'Cannot assign the application owner role', 'translation.errors.T3E0010');
  }
  if (!['USER', 'EDITOR', 'NONE'].includes(role)) {
    throw new Refused(400, 'Action forbidden', 'translation.errors.T3E0067');
  }
  if (!world.roles.of(client, id)) return SILENCE;
  world.roles.set(client, id, role);
  res.statusCode = 204;
  return undefined;
}

async function block({ world, req, id, word }) {
  const sub = await caller(world, req);
  if (!EDITORS.includes(world.roles.of(SYSTEM, sub))) throw forbidden();
  world.users.change({ sub: id, blocked: word === 'block' });
  return undefined;
}

function find(req, url) {
  const [, client, id, role] = USERS.exec(url.pathname) ?? [];
  const [, blocked, word] = BLOCK.exec(url.pathname) ?? [];
  if (req.method === 'GET' && client && !role) {
    return { run: id === undefined ? list : details, client: decodeURIComponent(client), id };
  }
  if (req.method === 'PUT' && role) return { run: setRole, client: decodeURIComponent(client), id };
  if (req.method === 'PUT' && word) return { run: block, id: blocked, word };
  throw new Refused(404, `Cannot ${req.method} ${url.pathname}`);
}

function send(res, body) {
  if (body === undefined) {
    res.end();
    return;
  }
  res.setHeader('content-type', 'application/json; charset=utf-8');
  res.end(JSON.stringify(body));
}

export async function directory(world, req, res, url) {
  res.setHeader('access-control-expose-headers', EXPOSED);
  try {
    const { run, ...what } = find(req, url);
    const body = await run({ world, req, res, url, ...what });
    if (body !== SILENCE) send(res, body);
  } catch (err) {
    res.statusCode = err.status ?? 500;
    send(res, {
      statusCode: res.statusCode,
      timestamp: new Date().toISOString(),
      path: req.url,
      message: err.message,
      errorCode: err.code ?? null,
      ...(err.details ? { details: err.details } : {}),
    });
  }
}
