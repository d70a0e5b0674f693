// SPDX-License-Identifier: MIT
// Ways in which a server can be broken or hostile. Each kind answers one request in its own way.
import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const JSON_TYPE = 'application/json; charset=utf-8';

function send(res, status, type, body) {
  res.statusCode = status;
  if (type) res.setHeader('content-type', type);
  res.end(body);
}

// Lets the provider answer, but keeps the answer's body here.
function answerOf(res, next) {
  const { write, end } = res;
  const chunks = [];
  const keep = (chunk, encoding) => {
    if (chunk && typeof chunk !== 'function') chunks.push(Buffer.from(chunk, encoding));
    return true;
  };
  return new Promise((resolve) => {
    res.write = keep;
    res.end = (chunk, encoding) => {
      keep(chunk, encoding);
      Object.assign(res, { write, end });
      resolve(Buffer.concat(chunks));
      return res;
    };
    next();
  });
}

// The whole length is announced, a part is sent.
async function sendPart(res, next, bytes) {
  const body = await answerOf(res, next);
  res.setHeader('content-length', body.length);
  const part = body.subarray(0, bytes ?? body.length >> 1);
  await new Promise((resolve) => { res.write(part, resolve); });
}

// Sends for ever, as fast as the other side reads, until it closes.
async function pour(stream, chunk) {
  async function* source() {
    for (;;) yield chunk();
  }
  await pipeline(source, stream).catch(() => {});
}

const KINDS = {
  async delay({ ms = 1000 }, req, res, next) {
    await sleep(ms);
    next();
  },
  status({ status = 500, body = 'Internal Server Error', headers = {} }, req, res) {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    send(res, status, res.hasHeader('content-type') || typeof body === 'string' ? undefined : JSON_TYPE, text);
  },
  garbage({ raw = false, bytes = 300 }, req, res) {
    if (raw) req.socket.end(randomBytes(bytes));
    else send(res, 200, JSON_TYPE, randomBytes(bytes));
  },
  async truncate({ bytes }, req, res, next) {
    await sendPart(res, next, bytes);
    res.socket?.destroySoon();
  },
  async 'half-close'({ bytes }, req, res, next) {
    await sendPart(res, next, bytes);
    res.socket?.end();
  },
  async drip({ bytes_per_second: rate = 1 }, req, res, next) {
    const body = await answerOf(res, next);
    res.setHeader('content-length', body.length);
    const step = Math.max(1, Math.floor(rate / 10));
    for (let at = 0; at < body.length && !res.destroyed; at += step) {
      res.write(body.subarray(at, at + step));
      await sleep(step * 1000 / rate);
    }
    res.end();
  },
  async 'endless-body'(fault, req, res) {
    res.setHeader('content-type', JSON_TYPE);
    res.write('{"endless":"');
    await pour(res, () => 'x'.repeat(16384));
  },
  async 'endless-headers'(fault, req) {
    let n = 0;
    req.socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n');
    await pour(req.socket, () => `x-fill-${n += 1}: ${'y'.repeat(1000)}\r\n`);
  },
  reset(fault, req, res, next, raw) {
    raw.resetAndDestroy();
  },
  redirect({ location, status = 302 }, req, res) {
    res.setHeader('location', location ?? 'https://elsewhere.example.test/');
    send(res, status);
  },
  body({ body = '', content_type: type = JSON_TYPE, status = 200 }, req, res) {
    send(res, status, type, typeof body === 'string' ? body : JSON.stringify(body));
  },
  async 'gzip-bomb'({ megabytes = 64 }, req, res) {
    const body = await promisify(gzip)(Buffer.alloc(megabytes << 20, 0x20));
    res.setHeader('content-encoding', 'gzip');
    send(res, 200, JSON_TYPE, body);
  },
  hang() {},
  async 'wrong-type'({ content_type: type = 'text/html; charset=utf-8' }, req, res, next) {
    const body = await answerOf(res, next);
    send(res, 200, type, body);
  },
};

export class Faults {
  #active = [];

  list() {
    return this.#active;
  }

  add({ path, kind, count = 1, after = 0, every = 1, ...how }) {
    if (typeof path !== 'string') throw new Error('path is missing');
    if (!Object.hasOwn(KINDS, kind)) throw new Error(`kind must be one of ${Object.keys(KINDS).join(', ')}`);
    this.#active.push({ path, kind, count, after, every, seen: 0, ...how });
  }

  clear() {
    this.#active = [];
  }

  // Of those that break each n-th request only, the others pass by.
  #turn(fault) {
    fault.seen += 1;
    return fault.seen % fault.every === 0;
  }

  // The first fault for this path; a path ending in `*` stands for all that begin so.
  take(path) {
    const matches = (f) => (f.path.endsWith('*') ? path.startsWith(f.path.slice(0, -1)) : path === f.path);
    const fault = this.#active.find((f) => matches(f) && this.#turn(f));
    if (!fault) return undefined;
    if (fault.after > 0) {
      fault.after -= 1;
      return undefined;
    }
    fault.count -= 1;
    if (fault.count === 0) this.#active = this.#active.filter((f) => f !== fault);
    return fault;
  }

  async inject(fault, req, res, next, raw) {
    await KINDS[fault.kind](fault, req, res, next, raw);
  }
}
