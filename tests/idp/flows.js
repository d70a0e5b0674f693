// SPDX-License-Identifier: MIT
// What a person does on the pages, and the requests an application makes around it.
import { createHash, randomBytes } from 'node:crypto';

const ROUNDS = 5;
const random = (bytes = 32) => randomBytes(bytes).toString('base64url');

export class FlowError extends Error {
  constructor(message, { code = 1, detail } = {}) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

function signIn(browser, page, person) {
  if (!person.tile) {
    const form = page.forms.find((f) => f.id === 'login');
    return browser.submit(form, { identifier: person.user, password: person.password ?? 'password' });
  }
  const tile = page.forms.find((f) => f.id === 'tile');
  if (!tile) throw new FlowError('no session tile on the page');
  return browser.submit(tile);
}

// Answers every page as this person would, until the browser leaves the provider or nothing is left to do.
export async function walk(browser, address, person) {
  let page = await browser.open(address);
  let logins = 0;
  let codes = 0;
  while (!page.left) {
    switch (page.kind) {
      case 'login':
        if (logins === ROUNDS) throw new FlowError('endless page', { code: 2 });
        logins += 1;
        page = await signIn(browser, page, person);
        break;
      case 'access':
      case 'forward':
        page = await browser.submit(page.forms[0]);
        break;
      case 'device-code':
        if (codes || !person.code) throw new FlowError(page.message ?? 'the page asks for a code');
        codes += 1;
        page = await browser.submit(page.forms[0], { user_code: person.code });
        break;
      case 'device-confirm':
        page = await browser.submit(page.forms[0], person.deny ? { abort: 'yes' } : {});
        break;
      case 'device-denied':
      case 'done':
        return { done: page.kind === 'done' ? 'approved' : 'denied' };
      default:
        throw new FlowError(page.message ?? 'unknown page');
    }
  }
  return page;
}

export async function postForm(browser, address, form, { client, secret }) {
  const headers = { accept: 'application/json' };
  const fields = Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined));
  if (secret) headers.authorization = `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`;
  else fields.client_id = client;
  const answer = await browser.request(address, { form: fields, headers });
  const body = JSON.parse(answer.body);
  if (body.error) throw new FlowError(body.error_description ?? body.error, { detail: body });
  return body;
}

// An authorization code flow with PKCE from end to end; with `codeOnly` it stops at the redirect.
export async function codeFlow(browser, endpoints, {
  client, secret, person, redirectUri, scope = 'openid', nonce, maxAge, prompt, par, codeOnly, extra = {},
}) {
  browser.landing = redirectUri;
  const verifier = random();
  const state = random(12);
  const sent = nonce ?? (scope.split(' ').includes('openid') ? random(12) : undefined);
  const wanted = {
    client_id: client,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state,
    nonce: sent,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    max_age: maxAge,
    prompt,
    ...extra,
  };
  let params = Object.fromEntries(Object.entries(wanted).filter(([, v]) => v !== undefined && v !== null));
  if (par) {
    const at = endpoints.pushed_authorization_request_endpoint;
    const { request_uri } = await postForm(browser, at, params, { client, secret });
    params = { client_id: client, request_uri };
  }
  const { left } = await walk(browser, `${endpoints.authorization_endpoint}?${new URLSearchParams(params)}`, person);
  const answer = new URL(left).searchParams;
  if (!answer.get('code')) {
    const message = answer.get('error_description') ?? answer.get('error') ?? 'no code in the answer';
    throw new FlowError(message, { detail: { redirect: left } });
  }
  const base = {
    code: answer.get('code'), redirect: left, redirect_uri: redirectUri, state, nonce: sent, code_verifier: verifier,
  };
  if (codeOnly) return base;
  const tokens = await postForm(browser, endpoints.token_endpoint, {
    grant_type: 'authorization_code', code: base.code, redirect_uri: redirectUri, code_verifier: verifier,
  }, { client, secret });
  return { ...base, ...tokens };
}
