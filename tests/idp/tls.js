// SPDX-License-Identifier: MIT
// A certificate authority of our own and the certificates, good and bad, that the tests need.
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  existsSync, mkdirSync, readFileSync, writeFileSync,
} from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const CERTIFICATES = ['server', 'expired', 'self-signed', 'wrong-host', 'tls11'];

const run = promisify(execFile);

const names = (host) => [...new Set([
  `${isIP(host) ? 'IP' : 'DNS'}:${host}`, 'DNS:localhost', 'DNS:id.encvoy.test', 'IP:127.0.0.1',
])].join(',');

const config = (host) => `
[req]
distinguished_name = dn
prompt = no
[dn]
CN = ${host}
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = ${names(host)}
[other]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:elsewhere.example.test
`;

function valid(file, host) {
  if (!existsSync(file)) return false;
  const cert = new X509Certificate(readFileSync(file));
  const named = isIP(host) ? cert.checkIP(host) : cert.checkHost(host);
  return Boolean(named) && Date.parse(cert.validTo) > Date.now();
}

export async function prepare(dir, host) {
  mkdirSync(dir, { recursive: true });
  const at = (name) => join(dir, name);
  const openssl = (...args) => run('openssl', args, { cwd: dir });
  const request = (name, ...args) => openssl(
    'req', '-config', 'openssl.cnf', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-keyout', `${name}.key`, '-out', `${name}.pem`, ...args,
  );
  const signed = ['-x509', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '825'];

  writeFileSync(at('openssl.cnf'), config(host));
  const newCa = !existsSync(at('ca.pem'));
  if (newCa) await request('ca', '-x509', '-days', '3650', '-extensions', 'ca', '-subj', '/CN=Encvoy test CA');
  if (!newCa && valid(at('server.pem'), host)) return;
  await Promise.all([
    request('server', ...signed, '-extensions', 'leaf'),
    request('wrong-host', ...signed, '-extensions', 'other'),
    request('self-signed', '-x509', '-days', '825', '-extensions', 'leaf'),
    request('expired').then(() => openssl(
      'x509', '-req', '-in', 'expired.pem', '-out', 'expired.pem', '-days', '-1', '-set_serial', '4711',
      '-CA', 'ca.pem', '-CAkey', 'ca.key', '-extfile', 'openssl.cnf', '-extensions', 'leaf',
    )),
  ]);
}

// What a listener of this kind presents to its clients.
export function credentials(dir, kind) {
  if (!CERTIFICATES.includes(kind)) throw new Error(`kind must be one of ${CERTIFICATES.join(', ')}`);
  const name = kind === 'tls11' ? 'server' : kind;
  const options = {
    key: readFileSync(join(dir, `${name}.key`)),
    cert: readFileSync(join(dir, `${name}.pem`)),
    minVersion: 'TLSv1.2',
  };
  if (kind === 'tls11') {
    Object.assign(options, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
  }
  return options;
}
