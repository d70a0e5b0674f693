// SPDX-License-Identifier: MIT
// The HTTPS listeners, and which part answers which path.
import http from 'node:http';
import https from 'node:https';
import { once } from 'node:events';

import { directory } from './api.js';
import { interactions } from './interaction.js';
import { credentials } from './tls.js';

const DISCOVERY = '/.well-known/openid-configuration';
const NOT_FOUND = `<html>
<head><title>404 Not Found</title></head>
<body>
<center><h1>404 Not Found</h1></center>
</body>
</html>
`;

function notFound(res) {
  res.statusCode = 404;
  res.setHeader('content-type', 'text/html');
  res.end(NOT_FOUND);
}

// /api/oidc/ is the same as /oidc/, and discovery is at the root as well. The provider finds its
// mount point as the difference between originalUrl and url.
function serveOidc(world, req, res, url) {
  const path = url.pathname === DISCOVERY ? `/oidc${DISCOVERY}` : url.pathname.replace(/^\/api\/oidc\//, '/oidc/');
  if (!path.startsWith('/oidc/')) {
    notFound(res);
    return;
  }
  req.originalUrl = path + url.search;
  req.url = req.originalUrl.slice('/oidc'.length);
  world.serve(req, res);
}

function route(world, req, res, url) {
  if (url.pathname.startsWith('/api/interaction/')) interactions(world, req, res, url);
  else if (url.pathname.startsWith('/api/v1/')) directory(world, req, res, url);
  else serveOidc(world, req, res, url);
}

function parse(req, res) {
  try {
    return new URL(`https://provider${req.url}`);
  } catch {
    res.statusCode = 400;
    res.end();
    return undefined;
  }
}

// For the flows that the control port runs itself: neither counted nor broken.
export const inner = (world) => (req, res) => {
  const url = parse(req, res);
  if (url) route(world, req, res, url);
};

export const outer = (world) => (req, res) => {
  const url = parse(req, res);
  if (!url) return;
  const raw = world.rawSocket(req.socket);
  world.stats.begin(url.pathname, res, raw);
  const next = () => route(world, req, res, url);
  const fault = world.faults.take(url.pathname);
  if (!fault) {
    next();
    return;
  }
  world.faults.inject(fault, req, res, next, raw).catch((err) => console.error(err));
};

export async function listen(world, { kind = 'server', port = 0, host, handler }) {
  const server = kind === 'http'
    ? http.createServer(handler)
    : https.createServer(credentials(world.options.stateDir, kind), handler);
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}
