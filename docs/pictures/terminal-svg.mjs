// SPDX-License-Identifier: MIT
// What a terminal showed (standard input) as an SVG picture. The blocks of a QR code are drawn as
// rectangles: a font would leave gaps between them.
import { readFileSync } from 'node:fs';

const WIDTH = 8;
const HEIGHT = 17;
const MARGIN = 14;
const HALVES = { '█': [0, 2], '▀': [0, 1], '▄': [1, 1] };

const lines = readFileSync(0, 'utf8')
  .replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
  .split('\n')
  .map((line) => line.replace(/\r+$/, '').replace(/^.*\r/, ''));
while (lines.length && lines.at(-1).trim() === '') lines.pop();

const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');

// A cell of a QR code is as wide as half of it is high, so that the code is square.
function blocks(line, top) {
  let path = '';
  [...line].forEach((c, x) => {
    const half = HALVES[c];
    if (half) path += `M${MARGIN + x * WIDTH} ${top + half[0] * WIDTH}h${WIDTH}v${half[1] * WIDTH}h-${WIDTH}z`;
  });
  return `<path d="${path}"/>`;
}

let top = MARGIN;
let columns = 0;
const body = lines.map((line) => {
  const length = [...line].length;
  columns = Math.max(columns, length);
  if (/[█▀▄]/.test(line)) {
    const drawn = blocks(line, top);
    top += 2 * WIDTH;
    return drawn;
  }
  top += HEIGHT;
  return length === 0
    ? ''
    : `<text x="${MARGIN}" y="${top - 4}" textLength="${length * WIDTH}">${escaped(line)}</text>`;
});
const width = columns * WIDTH + 2 * MARGIN;
const height = top + MARGIN;
console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="${width}" height="${height}" rx="8" fill="#1c1f26"/>
<g fill="#e8e8e8" font-family="monospace" font-size="13" shape-rendering="crispEdges">
${body.filter(Boolean).join('\n')}
</g>
</svg>`);
