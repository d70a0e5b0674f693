// SPDX-License-Identifier: MIT
// oidc-provider set up the way Encvoy ID sets it up.
import { createHash } from 'node:crypto';

import { accountFinder } from './account.js';
import * as pages from './pages.js';
import { createPolicy, grantLoader } from './policy.js';
import { adapterFor } from './store.js';

const DAY = 24 * 60 * 60;
const HALF_HOUR = 30 * 60;

const claims = {
  openid: ['sub'],
  email: ['email', 'email_public', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
  profile: [
    'name', 'nickname', 'given_name', 'family_name', 'login', 'profile', 'birthdate', 'password_updated_at',
    'password_change_required', 'deleted', 'picture', 'custom_fields',
  ],
  accounts: ['publicExternalAccounts'],
  lk: ['lk', 'systemClient', 'orgClient'],
  catalog: ['catalog'],
  locale: ['locale'],
};

// The absolute end of a rotated token does not move for a browser application without a secret.
function refreshTtl(ctx, token, client) {
  const rotated = ctx?.oidc.entities.RotatedRefreshToken;
  if (rotated && client.applicationType === 'web' && client.tokenEndpointAuthMethod === 'none') {
    return rotated.remainingTTL;
  }
  return client.refresh_token_ttl ?? DAY;
}

const features = (world) => ({
  devInteractions: { enabled: false },
  introspection: {
    enabled: true,
    allowedPolicy: (ctx, client, token) => client.clientId === token.clientId,
  },
  revocation: { enabled: true },
  rpInitiatedLogout: {
    enabled: true,
    logoutSource: pages.logout,
    postLogoutSuccessSource: pages.loggedOut,
  },
  deviceFlow: {
    enabled: world.device.enabled,
    userCodeInputSource: pages.deviceCode,
    userCodeConfirmSource: pages.deviceConfirm,
    successSource: pages.deviceDone,
  },
});

export function configuration(world) {
  return {
    adapter: adapterFor(world),
    findAccount: accountFinder(world),
    loadExistingGrant: grantLoader(world),
    jwks: { keys: world.keys },
    claims,
    scopes: ['openid', 'offline_access', 'email', 'phone', 'profile', 'accounts', 'lk', 'catalog', 'locale'],
    responseTypes: ['code token', 'code id_token token', 'code id_token', 'code', 'id_token', 'none'],
    subjectTypes: ['public', 'pairwise'],
    conformIdTokenClaims: false,
    pkce: { methods: ['S256'], required: () => false },
    expiresWithSession: () => true,
    issueRefreshToken: (ctx, client, code) => client.grantTypes.includes('refresh_token')
      && code.scopes.has('offline_access'),
    clientBasedCORS: () => false,
    extraClientMetadata: { properties: ['name', 'access_token_ttl', 'refresh_token_ttl', 'id_token_ttl'] },
    pairwiseIdentifier: (ctx, sub, client) => createHash('sha256')
      .update(`${client.sectorIdentifier} ${sub} ${world.issuer}`).digest('hex'),
    cookies: { keys: [world.cookieKey] },
    features: features(world),
    interactions: {
      url: (ctx, interaction) => `${world.issuer}/api/interaction/${interaction.uid}`,
      policy: createPolicy(),
    },
    renderError: pages.providerError,
    ttl: {
      AccessToken: (ctx, token, client) => client.access_token_ttl ?? world.options.accessTtl,
      AuthorizationCode: 60,
      DeviceCode: () => world.device.expires_in,
      Grant: DAY,
      IdToken: (ctx, token, client) => client.id_token_ttl ?? HALF_HOUR,
      Interaction: DAY,
      RefreshToken: refreshTtl,
      Session: DAY,
    },
  };
}
