// SPDX-License-Identifier: MIT
// As much of a browser as the sign-in pages need: cookies, redirects and forms.
import { readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"' };
const plain = (text) => text.replace(/&(?:#(\d+)|(\w+));/g,
  (whole, code, name) => (code ? String.fromCodePoint(code) : ENTITIES[name] ?? whole));

function attributes(tag) {
  const found = tag.matchAll(/([\w-]+)(?:="([^"]*)")?/g);
  return Object.fromEntries([...found].map(([, name, value]) => [name.toLowerCase(), plain(value ?? '')]));
}

export function parsePage(body, url) {
  const forms = [...body.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, tag, content]) => {
    const { id, action = '' } = attributes(tag);
    return { id, action: new URL(action, url).href, fields: {}, content };
  });
  for (const [, tag] of body.matchAll(/<input\b([^>]*?)\/?>/g)) {
    const input = attributes(tag);
    const form = forms.find((f) => (input.form ? f.id === input.form : f.content.includes(tag)));
    if (form && input.name) form.fields[input.name] = input.value ?? '';
  }
  const kind = /<body data-page="([\w-]+)"/.exec(body)?.[1]
    ?? (forms.length === 1 ? 'forward' : 'unknown');
  const alert = /<p role="alert">([^<]*)</.exec(body) ?? /error_description<\/strong>: ([^<]*)</.exec(body)
    ?? /"error_description":"([^"]*)"/.exec(body);
  return { kind, forms, message: alert && plain(alert[1]) };
}

class Jar {
  constructor(file) {
    this.file = file;
    this.cookies = [];
    try {
      if (file) this.cookies = JSON.parse(readFileSync(file, 'utf8'));
    } catch (err) {
      if (err.code !== 'ENOENT') throw err;
    }
  }

  store(lines) {
    for (const line of lines ?? []) {
      const [pair, ...rest] = line.split(/;\s*/);
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const options = Object.fromEntries(rest.map((r) => [r.split('=')[0].toLowerCase(), r.slice(r.indexOf('=') + 1)]));
      const path = options.path ?? '/';
      this.cookies = this.cookies.filter((c) => c.name !== name || c.path !== path);
      const ends = options.expires ? Date.parse(options.expires) : Infinity;
      if (ends > Date.now()) this.cookies.push({ name, value, path });
    }
    if (this.file) writeFileSync(this.file, JSON.stringify(this.cookies), { mode: 0o600 });
  }

  header(path) {
    const under = (c) => c.path === '/' || path === c.path || path.startsWith(`${c.path}/`);
    return this.cookies.filter(under).map((c) => `${c.name}=${c.value}`).join('; ');
  }
}

export class Browser {
  // `connect` {host, port} is dialled instead of the address's own host and port.
  constructor({ ca, jar, connect } = {}) {
    this.jar = new Jar(jar);
    this.connect = connect;
    this.agent = new https.Agent({ keepAlive: true, ca });
  }

  close() {
    this.agent.destroy();
  }

  async request(address, { form, headers = {} } = {}) {
    const url = new URL(address);
    const cookie = this.jar.header(url.pathname);
    const body = form && new URLSearchParams(form).toString();
    const options = {
      agent: this.agent,
      method: form ? 'POST' : 'GET',
      servername: url.hostname,
      host: this.connect?.host ?? url.hostname,
      port: this.connect?.port ?? (url.port || 443),
      path: url.pathname + url.search,
      timeout: 20_000,
      headers: {
        host: url.host,
        accept: 'text/html,*/*',
        ...(cookie && { cookie }),
        ...(form && { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
    };
    const res = await new Promise((resolve, reject) => {
      const req = https.request(options, resolve);
      req.on('error', reject);
      req.on('timeout', () => req.destroy(new Error('the provider does not answer')));
      req.end(body);
    });
    const chunks = [];
    for await (const chunk of res) chunks.push(chunk);
    this.jar.store(res.headers['set-cookie']);
    return { status: res.statusCode, headers: res.headers, body: Buffer.concat(chunks).toString(), url: url.href };
  }

  // Follows redirects as long as they stay with the provider and short of `landing`, the redirect address
  // of its own application. Answers {left} or a page.
  async open(address, form) {
    const { origin } = new URL(this.origin ?? address);
    this.origin = origin;
    const landed = this.landing && address.startsWith(`${this.landing}?`);
    if (landed || new URL(address).origin !== origin) {
      return { left: form ? `${address}?${new URLSearchParams(form)}` : address };
    }
    const answer = await this.request(address, { form });
    const { location } = answer.headers;
    if (location) return this.open(new URL(location, answer.url).href);
    return parsePage(answer.body, answer.url);
  }

  submit(form, fields = {}) {
    return this.open(form.action, { ...form.fields, ...fields });
  }
}
