// SPDX-License-Identifier: MIT
// Compact JWS, signed in every way a test may ask for, also wrong ones.
import {
  constants, createHmac, createPrivateKey, generateKeyPair, randomBytes, sign,
} from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

export const encode = (bytes) => Buffer.from(bytes).toString('base64url');
export const decode = (jwt) => jwt.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));

export async function newKey() {
  const { privateKey } = await generate('rsa', { modulusLength: 2048 });
  const kid = BigInt(`0x${randomBytes(16).toString('hex')}`).toString(36).slice(0, 21);
  return { kid, use: 'sig', alg: 'RS256', ...privateKey.export({ format: 'jwk' }) };
}

// Overrides: a null removes the member.
export function override(object, changes = {}) {
  const result = { ...object, ...changes };
  for (const [name, value] of Object.entries(changes)) if (value === null) delete result[name];
  return result;
}

function signature(alg, input, key, secret) {
  if (/^none$/i.test(alg)) return '';
  const hash = `sha${alg.slice(2)}`;
  if (alg.startsWith('HS')) {
    const bytes = key?.k ? Buffer.from(key.k, 'base64url') : Buffer.from(secret ?? '');
    return createHmac(hash, bytes).update(input).digest('base64url');
  }
  const options = { key: createPrivateKey({ key, format: 'jwk' }) };
  if (alg.startsWith('PS')) {
    Object.assign(options, { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
  }
  if (alg.startsWith('ES')) options.dsaEncoding = 'ieee-p1363';
  return sign(alg === 'EdDSA' ? null : hash, Buffer.from(input), options).toString('base64url');
}

// `payload` and `raw_header` are texts taken as they stand, for JSON that no library would write.
export function signJwt({
  header, claims, payload, raw_header: rawHeader, alg, key, secret,
}) {
  const head = encode(rawHeader ?? JSON.stringify(header));
  const body = encode(payload ?? JSON.stringify(claims));
  return `${head}.${body}.${signature(alg, `${head}.${body}`, key, secret)}`;
}

// A token like the provider's own, with the changes asked for.
export function mint(world, base, {
  claims, header, alg = 'RS256', key, secret, payload, raw_header,
}) {
  const signer = key ?? world.keys[0];
  return signJwt({
    header: override({ alg, typ: 'JWT', kid: signer.kid }, header),
    claims: override(base, claims),
    alg,
    key: alg.startsWith('HS') ? key : signer,
    secret: secret ?? world.clients.get(base.aud)?.client_secret,
    payload,
    raw_header,
  });
}
