// The run over time: statements, cuts, a strip for each node, how many views there are, what was heard and lost.
const time = { from: 0, to: D.end, at: keyMoment };
const unfolded = new Set();
const geometry = { width: 0, left: 0, right: 14, rows: [], height: 0 };
const x = (at) => geometry.left + (at - time.from) / (time.to - time.from) * (geometry.width - geometry.left - geometry.right);
const timeAtX = (px) => {
  const share = (px - geometry.left) / (geometry.width - geometry.left - geometry.right);
  return Math.max(0, Math.min(D.end, time.from + share * (time.to - time.from)));
};
const shown = (from, to) => to >= time.from && from <= time.to;
const clipped = (at) => Math.max(geometry.left, Math.min(geometry.width - geometry.right, x(at)));
const fitted = (words, width) => {
  const most = Math.floor(width / 6.3);
  return words.length <= most ? words : most < 4 ? "" : words.slice(0, most - 1) + "\u2026";
};

function strip(track, y, height, out, value, words) {
  for (const { from, to, value: mark } of stretches(track, value)) {
    if (!mark || mark === " " || !shown(from, to)) continue;
    const [a, b] = [clipped(from), clipped(to)];
    if (b - a < 0.25) continue;
    const [kind, name] = MARKS[mark];
    out.push(`<rect class="t-${kind}" x="${a.toFixed(1)}" y="${y}" width="${(b - a).toFixed(1)}" height="${height}" rx="2"/>`);
    const ended = mark === "X" || mark === "-";
    if (words && name.length * 6.3 + 12 < b - a) out.push(`<text class="on on-${kind}" x="${(ended ? (a + b) / 2 : a + 6).toFixed(1)}" y="${y + height / 2 + 4}"${ended ? ' text-anchor="middle"' : ""}>${name}</text>`);
  }
}

function hatch(stretch, y, height, out) {
  const [a, b] = [clipped(stretch[0]), clipped(stretch[1])];
  if (b - a >= 0.25) out.push(`<rect fill="url(#hatch)" x="${a.toFixed(1)}" y="${y}" width="${(b - a).toFixed(1)}" height="${height}"/>`);
}

function drawRow(row, y, out) {
  const height = 18, host = row.hosts[0], track = D.tracks[host];
  geometry.rows.push({ y, height: height + 6, row });
  const label = fitted(row.name, geometry.left - 22);
  const open = unfolded.has(row) ? "\u25be" : "\u25b8";
  const attributes = MANY ? "" : ` class="row-name" role="button" tabindex="0" data-row="${rows.indexOf(row)}" aria-expanded="${unfolded.has(row)}"`;
  out.push(`<text${attributes} x="${geometry.left - 10}" y="${y + 13}" text-anchor="end">${text(label)}${MANY ? "" : `<tspan class="faint"> ${open}</tspan>`}</text>`);
  strip(track, y, height, out, (shot) => shot[MARK], true);
  for (const [from, to] of marked[host]) if (shown(from, to)) hatch([from, to], y, height, out);
  for (const ail of D.ailing) if (ail.host === host && shown(ail.from, ail.to)) {
    const [a, b] = [clipped(ail.from), clipped(ail.to)];
    out.push(`<rect class="pause" x="${a}" y="${y}" width="${Math.max(1, b - a)}" height="${height}"/>`);
    if (b - a > 46) out.push(`<text class="small soft" x="${a + 5}" y="${y + 13}">${ail.what}</text>`);
  }
  for (const { from, to, value } of stretches(track, (shot) => shot[LIFE] >= 0 && shot[LEADER] === shot[LIFE] && isRunning(shot))) {
    if (value && shown(from, to)) out.push(`<rect class="lead" x="${clipped(from).toFixed(1)}" y="${y + height + 1}" width="${Math.max(1, clipped(to) - clipped(from)).toFixed(1)}" height="3" rx="1"/>`);
  }
  D.decisions.forEach((choice, n) => {
    if (!row.hosts.includes(choice.host) || !shown(choice.at, choice.at)) return;
    const at = x(choice.at).toFixed(1), kind = choice.downs_self ? " self" : "";
    out.push(`<path class="choice${kind}" data-choice="${n}" d="M${at} ${y + 1}l8 8l-8 8l-8 -8z"/>`);
  });
  return unfolded.has(row) ? drawEyes(host, y + height + 6, out) : y + height + 7;
}

// What one node holds of each other, in a thin row each.
function drawEyes(host, y, out) {
  const lives = inOrder(D.lives.keys()).filter((life) => D.tracks[host].some((shot) => shot[VIEW] >= 0 && opening(shot[VIEW]).members.has(life)));
  for (const life of lives) {
    out.push(`<text class="small soft" x="${geometry.left - 10}" y="${y + 10}" text-anchor="end">${text(fitted(lifeName(life), geometry.left - 14))}</text>`);
    strip(D.tracks[host], y, 12, out, (shot) => (shot[VIEW] < 0 ? "" : opening(shot[VIEW]).members.get(life) || ""), false);
    for (const { from, to, value } of stretches(D.tracks[host], (shot) => shot[VIEW] >= 0 && opening(shot[VIEW]).unreachable.has(life))) {
      if (value && shown(from, to)) hatch([from, to], y, 12, out);
    }
    y += 14;
  }
  return y + 6;
}

// Labels of statements, in as many levels as they need, three at most.
function drawDeeds(y, out) {
  const groups = [];
  for (const beat of D.story) if (beat.kind === ">") {
    const last = groups[groups.length - 1];
    if (last && last.at === beat.at) last.words.push(beat.text); else groups.push({ at: beat.at, words: [beat.text] });
  }
  const ends = [-1e9, -1e9, -1e9], right = geometry.width - geometry.right;
  const lines = [];
  for (const group of groups) {
    if (!shown(group.at, group.at)) continue;
    const at = x(group.at), words = group.words.length > 2 ? group.words[0] + ` and ${group.words.length - 1} more` : group.words.join("; ");
    const flipped = at > right - 90;
    const label = fitted(words, flipped ? at - geometry.left : Math.min(right - at, 260));
    const width = label.length * 6.3 + 12, start = flipped ? at - width : at;
    const level = ends.findIndex((end) => end <= start);
    const top = level < 0 ? y + 40 : y + 32 - level * 15;
    lines.push(`<line class="deed" x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${top}" y2="${y + 47}"/>`);
    if (level < 0 || !label) continue;
    ends[level] = start + width;
    out.push(`<text class="small halo" x="${(flipped ? at - 4 : at + 4).toFixed(1)}" y="${y + 41 - level * 15}" text-anchor="${flipped ? "end" : "start"}"><title>${text(group.words.join("\n"))}</title>${text(label)}</text>`);
  }
  out.unshift(...lines);
  return y + 50;
}

function drawCuts(y, bottom, out, behind) {
  const bands = D.cuts.filter((cut) => shown(cut.from, cut.to));
  if (!D.cuts.length) return y;
  out.push(`<text class="small soft" x="${geometry.left - 10}" y="${y + 12}" text-anchor="end">cut</text>`);
  for (const cut of bands) {
    const [a, b] = [clipped(cut.from), clipped(cut.to)], width = Math.max(1.5, b - a);
    behind.push(`<rect class="band" x="${a.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${bottom - y}"/>`);
    out.push(`<rect class="band-bar" x="${a.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="17" rx="3"/>`);
    const label = fitted(cut.words, b - a - 10);
    if (label) out.push(`<text class="small band-text" x="${(a + 6).toFixed(1)}" y="${y + 12.5}"><title>${text(cut.words)}</title>${text(label)}</text>`);
  }
  return y + 23;
}

function drawViews(y, out) {
  const height = 24, list = swept.views, most = Math.max(2, ...list.map((entry) => entry[1]));
  out.push(`<text class="small soft" x="${geometry.left - 10}" y="${y + 15}" text-anchor="end">views</text>`);
  const level = (count) => y + height - Math.max(0, count - 1) / (most - 1) * (height - 2);
  const points = [];
  list.forEach(([from, count], n) => {
    const to = n + 1 < list.length ? list[n + 1][0] : D.end;
    if (shown(from, to)) points.push(`${clipped(from).toFixed(1)},${level(count).toFixed(1)} ${clipped(to).toFixed(1)},${level(count).toFixed(1)}`);
  });
  const base = y + height, line = points.join(" ");
  out.push(`<polygon class="views" points="${geometry.left},${base} ${line} ${geometry.width - geometry.right},${base}"/><polyline class="views-line" points="${line}"/>`);
  return y + height + 8;
}

function drawTraffic(y, out) {
  const up = 26, down = 14, most = Math.max(1, ...D.traffic.map(([a, b, c]) => a + b + c)), lost = Math.max(1, ...D.traffic.map((t) => t[3]));
  out.push(`<text class="small soft" x="${geometry.left - 10}" y="${y + up - 4}" text-anchor="end">heard</text>`);
  if (D.traffic.some((t) => t[3])) out.push(`<text class="small soft" x="${geometry.left - 10}" y="${y + up + 11}" text-anchor="end">lost</text>`);
  D.traffic.forEach((counts, n) => {
    const from = n * D.slice, to = Math.min(D.end, from + D.slice);
    if (!shown(from, to)) return;
    const a = clipped(from), width = Math.max(0.5, clipped(to) - a - 0.4);
    let top = y + up;
    ["heart", "gossip", "others"].forEach((kind, k) => {
      const tall = counts[k] / most * up;
      if (tall > 0.05) out.push(`<rect class="${kind}" x="${a.toFixed(1)}" y="${(top -= tall).toFixed(1)}" width="${width.toFixed(1)}" height="${tall.toFixed(1)}"/>`);
    });
    if (counts[3]) out.push(`<rect class="lost" x="${a.toFixed(1)}" y="${y + up + 1}" width="${width.toFixed(1)}" height="${(1 + counts[3] / lost * (down - 1)).toFixed(1)}"/>`);
  });
  return y + up + down + 6;
}

function drawAxis(y, out) {
  const span = time.to - time.from, wish = span / Math.max(2, (geometry.width - geometry.left) / 90);
  const power = 10 ** Math.floor(Math.log10(wish)), step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= wish);
  const digits = Math.max(0, Math.min(6, 6 - Math.floor(Math.log10(step) + 1e-9)));
  for (let at = Math.ceil(time.from / step) * step; at <= time.to; at += step) {
    const px = x(at).toFixed(1);
    out.unshift(`<line class="grid" x1="${px}" x2="${px}" y1="50" y2="${y}"/>`);
    out.push(`<text class="small soft" x="${px}" y="${y + 14}" text-anchor="middle">${(at / 1e6).toFixed(digits)} s</text>`);
  }
  return y + 22;
}

function drawTimeline() {
  const box = $("timeline");
  geometry.width = Math.max(300, box.clientWidth);
  const longest = Math.max(5, ...rows.map((row) => row.name.length + 2));
  geometry.left = Math.min(geometry.width < 500 ? 64 : 130, longest * 7.2 + 16);
  geometry.rows = [];
  const out = [], behind = [];
  let y = drawDeeds(0, out);
  const cutAt = y;
  if (D.cuts.length) y += 23;
  for (const row of rows) y = drawRow(row, y, out);
  y = drawViews(y + 6, out);
  y = drawTraffic(y, out);
  drawCuts(cutAt, y, out, behind);
  if (D.verdict.failure && shown(D.verdict.failure.at, D.verdict.failure.at)) {
    const px = x(D.verdict.failure.at);
    out.push(`<line class="fail" x1="${px}" x2="${px}" y1="0" y2="${y}"/>`);
  }
  geometry.plot = y;
  y = drawAxis(y, behind);
  geometry.height = y;
  box.innerHTML = `<svg viewBox="0 0 ${geometry.width} ${y}" role="img" aria-label="Statements, cuts and each node's status over time"><defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="1.7" height="5" fill="var(--hatch)"/></pattern></defs>${behind.join("")}${out.join("")}<g id="cursor"></g></svg>`;
  drawCursor();
}

function drawCursor() {
  const there = shown(time.at, time.at), px = x(time.at), half = 34;
  const flag = Math.max(geometry.left + half - 20, Math.min(geometry.width - half, px));
  $("cursor").innerHTML = there ? `<line class="cursor" x1="${px}" x2="${px}" y1="48" y2="${geometry.plot + 4}"/><rect class="cursor-flag" x="${flag - half}" y="${geometry.plot + 3}" width="${2 * half}" height="18" rx="4"/><text class="cursor-text small" x="${flag}" y="${geometry.plot + 16}" text-anchor="middle">${seconds(time.at)}</text>` : "";
}
