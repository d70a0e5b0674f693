#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// chromium.js DIR: a headless Chromium with its profile in DIR, driven over the DevTools protocol by a
// pipe. Each line on standard input is an order {url, languages, user, press, shot}, done in this order;
// each line on standard output is what is then to be seen, or {failed}.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import readline from 'node:readline';

const PATIENCE = 120_000;
const THERE = "document.readyState === 'complete' && !window.left && location.protocol !== 'about:'";
const chrome = spawn('chromium-headless-shell', [
  '--remote-debugging-pipe', `--user-data-dir=${process.argv[2]}`, '--no-sandbox', '--no-first-run',
  '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--no-default-browser-check', '--ignore-certificate-errors', '--window-size=800,700', 'about:blank',
], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });

let count = 0;
const waiting = new Map();
let requests = [];

function hear(message) {
  if (message.method === 'Network.requestWillBeSent') requests.push(message.params.request.url);
  const call = waiting.get(message.id);
  if (!call) return;
  waiting.delete(message.id);
  if (message.error) call.reject(new Error(message.error.message));
  else call.resolve(message.result);
}

let rest = Buffer.alloc(0);
chrome.stdio[4].on('data', (chunk) => {
  rest = Buffer.concat([rest, chunk]);
  for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
    hear(JSON.parse(rest.subarray(0, end).toString()));
    rest = rest.subarray(end + 1);
  }
});
chrome.on('exit', () => {
  for (const call of waiting.values()) call.reject(new Error('chromium ended'));
});

function send(method, params = {}, sessionId = undefined) {
  count += 1;
  const id = count;
  chrome.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  return new Promise((resolve, reject) => { waiting.set(id, { resolve, reject }); });
}

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

class Page {
  // A page with cookies of its own, as another person's browser would be.
  static async create(languages) {
    const page = new Page();
    const { browserContextId } = await send('Target.createBrowserContext');
    const { targetId } = await send('Target.createTarget', { url: 'about:blank', browserContextId });
    const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
    page.context = browserContextId;
    page.session = sessionId;
    const { userAgent } = await send('Browser.getVersion');
    await page.send('Network.enable');
    await page.send('Page.enable');
    await page.send('Emulation.setUserAgentOverride', { userAgent, acceptLanguage: languages });
    await send('Browser.grantPermissions',
      { browserContextId, permissions: ['clipboardReadWrite', 'clipboardSanitizedWrite'] });
    return page;
  }

  send(method, params) {
    return send(method, params, this.session);
  }

  close() {
    return send('Target.disposeBrowserContext', { browserContextId: this.context });
  }

  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate',
      { expression, awaitPromise: true, returnByValue: true, userGesture: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  // A document that is complete and not the one that was left.
  async arrived() {
    const end = Date.now() + PATIENCE;
    while (Date.now() < end) {
      try {
        if (await this.evaluate(THERE)) return;
      } catch { /* between two documents */ }
      await pause(50);
    }
    throw new Error('the page does not load');
  }

  async go(url) {
    await this.send('Page.navigate', { url });
    await this.arrived();
  }

  // Signs in on the provider's own pages, until they are left or there is nothing to do on them.
  async signIn(user) {
    for (let round = 0; round < 6; round += 1) {
      const kind = await this.evaluate('document.body.dataset.page');
      if (kind !== 'login' && kind !== 'access') return;
      await this.evaluate(`(() => {
        window.left = true;
        const form = document.getElementById('${kind}');
        if ('${kind}' === 'login') {
          form.elements.identifier.value = ${JSON.stringify(user)};
          form.elements.password.value = 'password';
        }
        form.querySelector('button').click();
      })()`);
      await this.arrived();
    }
    throw new Error('endless page');
  }

  async press(keys) {
    for (const key of keys) {
      const code = key === 'Enter' ? { text: '\r', windowsVirtualKeyCode: 13 } : { windowsVirtualKeyCode: 9 };
      await this.send('Input.dispatchKeyEvent', { type: 'keyDown', key, code: key, ...code });
      await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code: key, ...code });
    }
    await this.evaluate(`new Promise((resolve) => {
      const look = () => (document.getElementById('copied').textContent ? resolve() : setTimeout(look, 20));
      look();
    })`);
  }

  async see() {
    const seen = await this.evaluate(`(() => {
      const text = (id) => {
        const found = document.getElementById(id);
        return found?.checkVisibility() ? found.textContent : '';
      };
      return { url: location.href, title: document.title, lang: document.documentElement.lang, code: text('code'),
        alert: text('alert'), copied: text('copied'), issuer: text('issuer'), text: document.body.innerText };
    })()`);
    const { nodes } = await this.send('Accessibility.getFullAXTree');
    const named = (role) => nodes.filter((n) => !n.ignored && n.role?.value === role).map((n) => n.name?.value ?? '');
    return { ...seen, buttons: named('button'), alerts: named('alert').length, headings: named('heading') };
  }
}

let page;
async function obey({ url, languages = 'en', user, press, shot }) {
  if (url) {
    await page?.close();
    page = await Page.create(languages);
    requests = [];
    await page.go(url);
  }
  if (user) await page.signIn(user);
  if (press) await page.press(press);
  const seen = await page.see();
  if (press) seen.clipboard = await page.evaluate('navigator.clipboard.readText()');
  if (shot) {
    const { data } = await page.send('Page.captureScreenshot', { format: 'png' });
    fs.writeFileSync(shot, Buffer.from(data, 'base64'));
  }
  return { ...seen, requests };
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify(await obey(JSON.parse(line))));
  } catch (err) {
    console.log(JSON.stringify({ failed: err.message }));
  }
}
await send('Browser.close').catch(() => {});
