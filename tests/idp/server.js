#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// A test provider that behaves like Encvoy ID. Prints one line of JSON when it is ready.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { startControl } from './control.js';
import { inner, listen, outer } from './front.js';
import { CERTIFICATES, prepare } from './tls.js';
import { World } from './world.js';

// Only the ready line belongs on stdout.
console.log = console.error;
console.info = console.error;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8443' },
    'control-port': { type: 'string', default: '8444' },
    'state-dir': { type: 'string' },
    host: { type: 'string', default: 'localhost' },
    bind: { type: 'string', default: '127.0.0.1' },
    cert: { type: 'string', default: 'server' },
    'device-flow': { type: 'boolean', default: false },
    'access-ttl': { type: 'string', default: '1800' },
  },
});

const accessTtl = Number(values['access-ttl']);
if (!values['state-dir'] || !CERTIFICATES.includes(values.cert) || !(accessTtl > 0)) {
  console.error('usage: server.js --state-dir DIR [--port 8443] [--control-port 8444] [--host localhost]\n'
    + `  [--bind 127.0.0.1] [--cert ${CERTIFICATES.join('|')}] [--device-flow] [--access-ttl 1800]`);
  process.exit(2);
}

process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));

const world = new World({
  stateDir: resolve(values['state-dir']),
  host: values.host,
  bind: values.bind,
  cert: values.cert,
  deviceFlow: values['device-flow'],
  accessTtl,
});
const { stateDir } = world.options;
const readyFile = join(stateDir, 'ready.json');

rmSync(readyFile, { force: true }); // of an earlier run
await prepare(stateDir, values.host);

const handler = outer(world);
world.main = await listen(world, {
  kind: values.cert, port: Number(values.port), host: values.bind, handler,
});
world.stats.watch(world.main);
world.watchSockets(world.main);
world.inner = await listen(world, { host: '127.0.0.1', handler: inner(world) });

const { port } = world.main.address();
await world.start(new URL(`https://${values.host}:${port}`).origin);
const control = await startControl(world, Number(values['control-port']));

const ready = JSON.stringify({
  issuer: world.issuer,
  port,
  control,
  ca: join(stateDir, 'ca.pem'),
});
writeFileSync(`${readyFile}.new`, `${ready}\n`);
renameSync(`${readyFile}.new`, readyFile);
process.stdout.write(`${ready}\n`);
