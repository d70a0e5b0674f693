// SPDX-License-Identifier: MIT
// What the provider tells an application about a user: only what the user made public.

const FIELDS = {
  email: ['email'],
  phone: ['phone_number'],
  profile: ['nickname', 'login', 'family_name', 'given_name', 'birthdate', 'picture'],
};

function claimsOf(user, scopes, issuer) {
  const readable = new Set(Object.entries(FIELDS)
    .flatMap(([scope, fields]) => (scopes.has(scope) ? fields : [])));
  const custom = scopes.has('profile') ? user.custom_fields ?? {} : {};
  const open = new Set(user.public_claims.split(' '));
  const claims = {
    sub: user.sub,
    publicExternalAccounts: [],
    lk: [{ text: 'Profile', link: issuer, type: 'lk_personal' }],
    systemClient: 'Encvoy ID',
    catalog: false,
    locale: user.locale,
  };
  for (const field of open) {
    if (Object.hasOwn(custom, field)) (claims.custom_fields ??= {})[field] = custom[field];
    else if (readable.has(field)) claims[field] = user[field];
  }
  if (claims.given_name && claims.family_name) claims.name = `${claims.given_name} ${claims.family_name}`;
  return claims;
}

// Blocked and merely deleted users are found: their tokens go on working.
export function accountFinder(world) {
  return async function findAccount(ctx, sub) {
    const user = world.users.bySub(sub);
    if (!user || user.hard_deleted) return undefined;
    // A refresh or a device code is neither of these, so its ID token has no profile claims.
    const source = ctx.oidc.entities.AuthorizationCode ?? ctx.oidc.entities.AccessToken;
    const scopes = new Set(source?.scope?.split(' '));
    return { accountId: user.sub, claims: async () => claimsOf(user, scopes, world.issuer) };
  };
}
