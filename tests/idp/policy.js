// SPDX-License-Identifier: MIT
// When the pages are shown, and what a user's earlier consent is good for.
import { interactionPolicy } from 'oidc-provider';

const { Check, base } = interactionPolicy;
const NEVER_SAVED = new Set(['openid', 'offline_access']);

const resumed = ({ oidc }) => oidc.route.endsWith('resume');
const split = (scope) => (scope ?? '').split(' ').filter(Boolean);

export function createPolicy() {
  const policy = base();
  const { checks } = policy.get('login');
  for (const reason of ['login_prompt', 'no_session', 'max_age']) checks.remove(reason);
  // Every new request meets a page, session or not: prompt=none can never succeed.
  checks.add(new Check('no_session', 'End-User authentication is required',
    (ctx) => !resumed(ctx) || !ctx.oidc.session.accountId));
  // The endless page: nothing a person does resolves prompt=login (which is also what max_age=0 becomes).
  checks.add(new Check('login_prompt', 'login prompt was not resolved',
    (ctx) => ctx.oidc.prompts.has('login')));
  // A session tile does not renew the authentication, so a tile older than max_age comes back too.
  checks.add(new Check('max_age', 'End-User authentication could not be obtained', ({ oidc }) => {
    const { params, session } = oidc;
    return params.max_age !== undefined && (!session.accountId || session.past(params.max_age));
  }));
  return policy;
}

export class Consents {
  #given = new Map();

  #key(sub, clientId) {
    return `${sub} ${clientId}`;
  }

  given(sub, clientId) {
    return this.#given.get(this.#key(sub, clientId)) ?? [];
  }

  give(sub, clientId, scope) {
    const added = split(scope).filter((s) => !NEVER_SAVED.has(s));
    this.#given.set(this.#key(sub, clientId), [...new Set([...this.given(sub, clientId), ...added])]);
  }

  missing(sub, clientId, scope) {
    const given = this.given(sub, clientId);
    return split(scope).filter((s) => !NEVER_SAVED.has(s) && !given.includes(s));
  }
}

// Consent is remembered per user and application, in whatever browser it was given.
export function grantLoader(world) {
  return async function loadExistingGrant(ctx) {
    const { client, session, params, result, provider } = ctx.oidc;
    const { accountId } = session;
    const { clientId } = client;
    if (world.consents.missing(accountId, clientId, params.scope).length) return undefined;
    const grantId = result?.consent?.grantId ?? session.grantIdFor(clientId);
    const grant = grantId && await provider.Grant.find(grantId);
    const held = grant ? split(grant.getOIDCScope()) : world.consents.given(accountId, clientId);
    const wanted = split(params.scope);
    if (grant && wanted.every((scope) => held.includes(scope))) return grant;
    await grant?.destroy();
    const fresh = new provider.Grant({ accountId, clientId });
    fresh.addOIDCScope([...new Set([...held, ...wanted])].join(' '));
    await fresh.save();
    return fresh;
  };
}
