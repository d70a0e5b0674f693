// SPDX-License-Identifier: MIT
// Builds the provider. It is built anew when keys or the device switch change; its state is in the store.
import Provider from 'oidc-provider';

import { configuration } from './config.js';
import { decode, mint, override } from './jws.js';

const SLOW_DOWN = {
  error: 'slow_down',
  error_description: 'you are polling too quickly and should back off at a reasonable rate',
};

// Changes that tests asked for, made to the finished answers.
function amendToken(world, ctx) {
  const { body } = ctx;
  if (body?.error === 'authorization_pending' && world.device.slow_down > 0) {
    world.device.slow_down -= 1;
    ctx.body = SLOW_DOWN;
    return;
  }
  if (!body?.access_token) return;
  const i = world.tokenOverrides.findIndex((o) => !o.client_id || o.client_id === ctx.oidc.client.clientId);
  if (i < 0) return;
  const change = world.tokenOverrides[i];
  change.count -= 1;
  if (change.count === 0) world.tokenOverrides.splice(i, 1);
  const [, claims] = body.id_token ? decode(body.id_token) : [];
  ctx.body = override({ ...body, id_token: claims && mint(world, claims, change) }, change.response);
}

// The real one answers a known path asked in a wrong way with 405.
function amendMethod(ctx) {
  if (ctx.status !== 404 || !ctx.matched?.length) return;
  ctx.status = 405;
  ctx.set('Allow', ctx.matched.flatMap((layer) => layer.methods).join(', '));
}

function amend(world) {
  return async (ctx, next) => {
    await next();
    amendMethod(ctx);
    const route = ctx.oidc?.route;
    if (route === 'token') amendToken(world, ctx);
    if (route === 'discovery') ctx.body = override(ctx.body, world.discoveryOverride);
    if (route === 'device_authorization' && ctx.status === 200 && world.device.interval) {
      ctx.body = { ...ctx.body, interval: world.device.interval };
    }
  };
}

export function rebuild(world) {
  const provider = new Provider(world.issuer, configuration(world));
  provider.proxy = true; // as in the real one: Host and X-Forwarded-* decide what discovery says
  provider.use(amend(world));
  provider.on('server_error', (ctx, err) => console.error(err));
  world.provider = provider;
  world.serve = provider.callback();
}
