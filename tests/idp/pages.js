// SPDX-License-Identifier: MIT
// The pages a person sees. `data-page` tells a script which one it got.

const escape = (text) => String(text ?? '').replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const STYLE = `body{font:16px/1.4 sans-serif;max-width:26em;margin:3em auto;padding:0 1em}
label,button{display:block;margin:.6em 0;font:inherit}input{display:block;width:100%;font:inherit;padding:.3em}
button{padding:.4em 1em}.tile{border:1px solid #888;border-radius:4px;padding:0 1em}[role=alert]{color:#a00}`;

function html(page, title, body) {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body data-page="${page}">
<h1>${escape(title)}</h1>
${body}
</body>
</html>
`;
}

function show(ctx, ...args) {
  ctx.type = 'html';
  ctx.body = html(...args);
}

export function login({ uid, client, tile }) {
  const action = `/api/interaction/${escape(uid)}/auth`;
  const known = tile ? `<form class="tile" id="tile" method="post" action="${action}?type=session">
<button type="submit">Continue as ${escape(tile.nickname)}</button>
</form>` : '';
  return html('login', `Sign in to ${client.name ?? client.client_id}`, `${known}
<form id="login" method="post" action="${action}?type=CREDENTIALS">
<label>Login, e-mail or number <input name="identifier" autocomplete="username" autofocus required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<input type="hidden" name="prompt" value="login">
<button type="submit">Sign in</button>
</form>`);
}

export function access({ uid, client, scopes }) {
  const list = scopes.map((scope) => `<li>${escape(scope)}</li>`).join('');
  return html('access', `${client.name ?? client.client_id} asks for access`, `<ul>${list}</ul>
<form id="access" method="post" action="/api/interaction/${escape(uid)}/confirm">
<button type="submit">Allow</button>
</form>`);
}

export function error(message, detail) {
  return html('error', 'Sign-in failed', `<p role="alert">${escape(message)}</p>
${detail ? `<p>${escape(detail)}</p>` : ''}
<p><a href="javascript:history.back()">Back</a></p>`);
}

export function providerError(ctx, out) {
  const lines = Object.entries(out)
    .map(([name, value]) => `<pre><strong>${escape(name)}</strong>: ${escape(value)}</pre>`).join('');
  show(ctx, 'error', 'oops! something went wrong', lines);
}

export function logout(ctx, form) {
  ctx.body = `<!DOCTYPE html>
<body>
${form}
<input type="hidden" form="op.logoutForm" name="logout" value="yes"/>
<script>document.getElementById('op.logoutForm').submit()</script>
</body>
</html>`;
}

export function loggedOut(ctx) {
  show(ctx, 'done', 'Signed out', '<p>You are signed out.</p>');
}

function codeProblem(err) {
  if (!err) return ['device-code', ''];
  if (err.name === 'AbortedError') return ['device-denied', 'The sign-in was refused.'];
  if (err.userCode || err.name === 'NoCodeError') return ['device-code', 'The code you entered is incorrect.'];
  return ['error', err.error_description ?? err.message];
}

export function deviceCode(ctx, form, out, err) {
  const [page, problem] = codeProblem(err);
  show(ctx, page, 'Sign in a device', `${problem && `<p role="alert">${escape(problem)}</p>`}
<p>Enter the code that the device shows.</p>
${form}
<button type="submit" form="op.deviceInputForm">Continue</button>`);
}

export function deviceConfirm(ctx, form, client, info, userCode) {
  show(ctx, 'device-confirm', `Sign in to ${client.name ?? client.clientId}?`, `${form}
<p>The device must show the code <strong>${escape(userCode)}</strong>.
Never continue with a code that somebody sent you.</p>
<button type="submit" form="op.deviceConfirmForm">Continue</button>
<button type="submit" form="op.deviceConfirmForm" name="abort" value="yes">Refuse</button>`);
}

export function deviceDone(ctx) {
  show(ctx, 'done', 'Device signed in', '<p>You may close this page.</p>');
}
