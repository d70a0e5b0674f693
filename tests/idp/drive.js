#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Signs in from a shell script, on the same pages that a person uses.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { Browser } from './browser.js';
import { codeFlow, walk } from './flows.js';

const USAGE = `usage: drive.js browse --ca CA --user USER [--password X] [--jar FILE] [--tile] URL
       drive.js device --ca CA --user USER [--password X] [--jar FILE] [--tile] [--code CODE] [--deny] URL
       drive.js token  --ca CA --issuer URL --client ID --user USER [--password X] [--secret S] [--scope S]
                       [--nonce N] [--redirect URI] [--max-age N] [--prompt P] [--par] [--jar FILE] [--tile]
every form: [--connect HOST:PORT] dials there instead of the address's own host`;

const text = { type: 'string' };
const flag = { type: 'boolean' };

function usage() {
  console.error(USAGE);
  process.exit(64);
}

function read() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        ca: text, user: text, password: text, jar: text, tile: flag, connect: text, code: text, deny: flag,
        issuer: text, client: text, secret: text, scope: text, nonce: text, redirect: text, 'max-age': text,
        prompt: text, par: flag,
      },
    });
  } catch (err) {
    console.error(err.message);
    return usage();
  }
}

const { values, positionals: [command, address] } = read();

function connectTo(place) {
  if (!place) return undefined;
  const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(place);
  return { host, port };
}

async function browse(browser, person) {
  const { left, done } = await walk(browser, address, person);
  return left ?? done;
}

async function token(browser, person) {
  const discovery = await browser.request(`${values.issuer}/.well-known/openid-configuration`);
  const { code, redirect, redirect_uri, state, code_verifier, nonce, ...tokens } = await codeFlow(
    browser,
    JSON.parse(discovery.body),
    {
      client: values.client,
      secret: values.secret,
      person,
      redirectUri: values.redirect ?? 'http://127.0.0.1/cb',
      scope: values.scope,
      nonce: values.nonce,
      maxAge: values['max-age'],
      prompt: values.prompt,
      par: values.par,
    },
  );
  return JSON.stringify(tokens);
}

const commands = { browse, device: browse, token };
const ready = command === 'token' ? values.issuer && values.client : address;
if (!Object.hasOwn(commands, command) || !ready || !(values.user || values.tile || values.deny)) usage();

const browser = new Browser({
  ca: values.ca && readFileSync(values.ca),
  jar: values.jar,
  connect: connectTo(values.connect),
});
try {
  const { user, password, tile, code, deny } = values;
  console.log(await commands[command](browser, { user, password, tile, code, deny }));
} catch (err) {
  console.error(err.message);
  process.exitCode = err.code === 2 ? 2 : 1;
} finally {
  browser.close();
}
