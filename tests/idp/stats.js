// SPDX-License-Identifier: MIT
// What was asked of the provider: the tests count requests and look at the time between them.

const KEPT = 200;
const UID = /^(\/(?:api\/)?(?:oidc\/(?:auth|device)|interaction)\/)[\w-]{21}(?=\/|$)/;

export class Stats {
  constructor() {
    this.open = 0;
    this.connections = { accepted: 0, open: 0, failed: 0 };
    this.reset();
  }

  reset() {
    this.paths = {};
    Object.assign(this.connections, { accepted: 0, failed: 0 });
  }

  // A request ends with its answer or with the TCP connection below it, whichever comes first.
  begin(path, res, socket) {
    const name = path.replace(UID, '$1:uid');
    const entry = this.paths[name] ??= { count: 0, times: [], durations: [] };
    const start = Date.now();
    entry.count += 1;
    entry.times.push(start);
    if (entry.times.length > KEPT) entry.times.shift();
    this.open += 1;
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      res.off('close', end);
      socket.off('close', end);
      this.open -= 1;
      entry.durations.push(Date.now() - start);
      if (entry.durations.length > KEPT) entry.durations.shift();
    };
    res.on('close', end);
    socket.on('close', end);
  }

  watch(server) {
    server.on('connection', (socket) => {
      this.connections.open += 1;
      socket.on('close', () => { this.connections.open -= 1; });
    });
    server.on('secureConnection', () => { this.connections.accepted += 1; });
    server.on('tlsClientError', () => { this.connections.failed += 1; });
  }
}
