// SPDX-License-Identifier: MIT
// The sign-in pages under /api/interaction/: what they show, and what their forms do.
import { SYSTEM } from './clients.js';
import * as pages from './pages.js';

const PATH = /^\/api\/interaction\/([^/]+)(\/auth|\/confirm)?$/;

function send(res, status, body, type = 'text/html') {
  res.statusCode = status;
  res.setHeader('content-type', `${type}; charset=utf-8`);
  res.setHeader('cache-control', 'no-store');
  res.end(body);
}

function redirect(res, address) {
  const { pathname } = new URL(address);
  res.setHeader('location', pathname);
  send(res, 302, `Found. Redirecting to ${pathname}`, 'text/plain');
}

async function readForm(req) {
  let text = '';
  for await (const chunk of req) {
    text += chunk;
    if (text.length > 65536) throw new Error('form too large');
  }
  return new URLSearchParams(text);
}

class Refused extends Error {}

function admit(user) {
  if (!user || user.deleted || user.hard_deleted) throw new Refused('User not found');
  if (user.blocked) throw new Refused('User is blocked');
  return user;
}

function byPassword(world, form) {
  const user = world.users.find(form.get('identifier'));
  if (!user || user.deleted || user.hard_deleted) throw new Refused('User not found');
  if (form.get('password') !== user.password) throw new Refused('Invalid credentials');
  return { sub: admit(user).sub, ts: Math.floor(Date.now() / 1000) };
}

// The tile continues the session of this browser; the time of authentication stays what it was.
async function byTile(world, interaction) {
  const { session } = interaction;
  const known = session && await world.provider.Session.findByUid(session.uid);
  if (!known) throw new Refused('Session not found');
  return { sub: admit(world.users.bySub(known.accountId)).sub, ts: known.loginTs };
}

async function finishLogin(world, req, res, interaction, type) {
  const form = await readForm(req);
  const { sub, ts } = type === 'session'
    ? await byTile(world, interaction)
    : byPassword(world, form);
  const login = { accountId: sub, ts, remember: false };
  redirect(res, await world.provider.interactionResult(req, res, { login }));
}

async function finishConsent(world, req, res, interaction) {
  const { params: { client_id: clientId, scope }, session: { accountId } } = interaction;
  const { Grant } = world.provider;
  const grant = (interaction.grantId && await Grant.find(interaction.grantId)) || new Grant({ accountId, clientId });
  grant.addOIDCScope(scope ?? '');
  world.consents.give(accountId, clientId, scope);
  world.roles.join(clientId, accountId);
  const consent = { grantId: await grant.save() };
  redirect(res, await world.provider.interactionResult(req, res, { consent }));
}

function show(world, res, interaction) {
  const { uid, params, prompt, session } = interaction;
  const client = world.clients.get(params.client_id);
  if (prompt.name === 'consent') {
    send(res, 200, pages.access({ uid, client, scopes: (params.scope ?? '').split(' ') }));
    return;
  }
  send(res, 200, pages.login({ uid, client, tile: session && world.users.bySub(session.accountId) }));
}

export async function interactions(world, req, res, url) {
  const [, uid, step] = PATH.exec(url.pathname) ?? [];
  try {
    const interaction = await world.provider.interactionDetails(req, res);
    if (interaction.uid !== uid) throw new Error('interaction of another page');
    const own = interaction.prompt.name === 'consent' && interaction.params.client_id === SYSTEM;
    if (req.method === 'GET' && !step && own) await finishConsent(world, req, res, interaction);
    else if (req.method === 'GET' && !step) show(world, res, interaction);
    else if (req.method === 'POST' && step === '/auth') {
      await finishLogin(world, req, res, interaction, url.searchParams.get('type'));
    } else if (req.method === 'POST' && step === '/confirm' && interaction.session) {
      await finishConsent(world, req, res, interaction);
    } else send(res, 404, pages.error('Cannot do that here'));
  } catch (err) {
    if (err instanceof Refused) send(res, 201, pages.error(err.message));
    else send(res, 200, pages.error('Something went wrong', err.error_description ?? err.message));
  }
}
