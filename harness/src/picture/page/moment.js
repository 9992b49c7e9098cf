// The cluster at one moment: who hears whom, what each holds of each, and why they have not converged.
function groupsAt(at) {
  const cut = D.cuts.find((band) => band.from <= at && (at < band.to || band.to === D.end));
  return cut ? { words: cut.words, groups: cut.groups || null, links: cut.links || null } : null;
}

function drawMap(at) {
  const hosts = D.hosts.map((_, host) => host);
  if (hosts.length > 60) { $("map").innerHTML = crowd(at); return; }
  const cut = groupsAt(at), groups = (cut && cut.groups) || [hosts];
  const width = 440, height = 300, share = groups.map((group) => Math.sqrt(group.length)), sum = share.reduce((a, b) => a + b, 0);
  const place = new Map(), out = [];
  let left = 0;
  groups.forEach((group, n) => {
    const wide = width * share[n] / sum, centre = [left + wide / 2, height / 2 - 8], radius = group.length === 1 ? 0 : Math.min(wide / 2 - 34, height / 2 - 44);
    group.forEach((host, k) => {
      const angle = -Math.PI / 2 + 2 * Math.PI * k / group.length + (group.length === 2 ? Math.PI / 2 : 0);
      place.set(host, [centre[0] + Math.max(18, radius) * Math.cos(angle) * (group.length > 1), centre[1] + Math.max(18, radius) * Math.sin(angle) * (group.length > 1)]);
    });
    if (n > 0) out.push(`<line class="fail" x1="${left}" x2="${left}" y1="6" y2="${height - 22}"/>`);
    left += wide;
  });
  const severed = new Set((cut && cut.links ? cut.links : []).map(([a, b]) => a + "-" + b));
  for (const group of groups) for (const a of group) for (const b of group) if (a < b) {
    if (!isRunning(shotAt(a, at)) || !isRunning(shotAt(b, at))) continue;
    const [one, other] = [severed.has(a + "-" + b), severed.has(b + "-" + a)], [p, q] = [place.get(a), place.get(b)];
    const line = `x1="${p[0].toFixed(1)}" y1="${p[1].toFixed(1)}" x2="${q[0].toFixed(1)}" y2="${q[1].toFixed(1)}"`;
    if (one || other) out.push(`<line class="fail" ${line}><title>${one ? D.hosts[b] + " does not hear " + D.hosts[a] : ""}${one && other ? ", " : ""}${other ? D.hosts[a] + " does not hear " + D.hosts[b] : ""}</title></line>`);
    else out.push(`<line class="grid" ${line}/>`);
  }
  const size = hosts.length > 24 ? 9 : hosts.length > 12 ? 14 : 19;
  for (const host of hosts) {
    const shot = shotAt(host, at), [kind, name, brief = name] = MARKS[shot[MARK]], [px, py] = place.get(host);
    const leads = isRunning(shot) && shot[LIFE] >= 0 && shot[LEADER] === shot[LIFE];
    const stroke = leads ? "var(--crown)" : "var(--faint)", thick = leads ? 3.5 : 1;
    const ailing = D.ailing.find((ail) => ail.host === host && ail.from <= at && at < ail.to);
    const below = (ailing ? ailing.what : brief) + (leads ? ", leads" : "");
    out.push(`<g class="node" style="transform:translate(${px.toFixed(1)}px,${py.toFixed(1)}px)"><circle r="${size}" class="t-${kind}" stroke="${stroke}" stroke-width="${thick}" ${kind === "absent" ? 'stroke-dasharray="3 3"' : ""}/>${isMarked(host, at) ? `<circle r="${size}" fill="url(#hatch)" opacity=".45"/>` : ""}<text text-anchor="middle" y="4" class="bold on-${kind}" >${text(fitted(D.hosts[host], size * 2))}</text>${size > 13 ? `<text text-anchor="middle" y="${size + 14}" class="small soft">${below}</text>` : ""}<title>${text(D.hosts[host])}: ${below}</title></g>`);
  }
  out.push(`<text class="small ${cut ? "band-text" : "faint"}" x="${width / 2}" y="${height - 4}" text-anchor="middle">${cut ? "cut: " + text(fitted(cut.words, width)) : "nobody is cut off"}</text>`);
  $("map").innerHTML = `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Who hears whom">${out.join("")}</svg>`;
}

// With many nodes: how many are what.
function crowd(at) {
  const count = new Map();
  D.hosts.forEach((_, host) => { const mark = shotAt(host, at)[MARK]; count.set(mark, (count.get(mark) || 0) + 1); });
  const all = [...count].sort((a, b) => b[1] - a[1]);
  const bars = all.map(([mark, n], k) => {
    const [kind, name] = MARKS[mark];
    return `<rect class="t-${kind}" x="120" y="${k * 26}" width="${Math.max(2, 240 * n / D.hosts.length)}" height="20" rx="3"/><text x="112" y="${k * 26 + 14}" text-anchor="end">${name}</text><text x="${128 + 240 * n / D.hosts.length}" y="${k * 26 + 14}">${n}</text>`;
  });
  return `<svg viewBox="0 0 440 ${all.length * 26 + 10}" role="img" aria-label="How many nodes are what">${bars.join("")}</svg>`;
}

// Rows of the matrix: one a running node; with many nodes those that agree share one.
function observers(at) {
  const out = [];
  D.hosts.forEach((_, host) => {
    const shot = shotAt(host, at);
    if (!isRunning(shot)) return;
    const key = shot[VIEW] < 0 ? "none" : sense[shot[VIEW]];
    const same = MANY && out.find((row) => row.key === key);
    if (same) same.hosts.push(host); else out.push({ key, hosts: [host], shot });
  });
  return out.sort((a, b) => (MANY ? b.hosts.length - a.hosts.length : 0)).slice(0, 24);
}

function drawMatrix(at) {
  const all = observers(at);
  const subjects = inOrder(D.lives.keys()).filter((life) => all.some((row) => row.shot[VIEW] >= 0 && opening(row.shot[VIEW]).members.has(life)));
  const wide = subjects.length <= 40, head = wide ? subjects.map((life) => `<th scope="col">${text(lifeName(life))}</th>`).join("") : "<th>members</th>";
  const lines = all.map((row) => {
    const name = row.hosts.length > 1 ? row.hosts.length + " nodes" : lifeName(row.shot[LIFE]);
    if (row.shot[VIEW] < 0) return `<tr><th scope="row">${text(name)}</th><td class="wordy" colspan="${(wide ? subjects.length : 1) + 2}">${MARKS[row.shot[MARK]][1]}</td></tr>`;
    const { members, unreachable } = opening(row.shot[VIEW]), gap = row.shot[GAP] < 0 ? null : D.gaps[row.shot[GAP]];
    const cell = (life) => {
      const mark = members.get(life);
      if (!mark) return `<td class="cell none" title="${text(lifeName(life))} is no member to ${text(name)}">\u00b7</td>`;
      const hatched = unreachable.has(life), unseen = gap && gap.n.includes(life), own = life === row.shot[LIFE];
      const title = `${name}: ${lifeName(life)} is ${MARKS[mark][1]}${hatched ? ", unreachable" : ""}${unseen ? ", has not seen this state" : ""}`;
      return `<td class="cell t-${MARKS[mark][0]}${hatched ? " hatched" : ""}${unseen ? " unseen" : ""}${own ? " own" : ""}" title="${text(title)}">${mark}</td>`;
    };
    const cells = wide ? subjects.map(cell).join("") : `<td class="wordy">${D.views[row.shot[VIEW]].m.map(([, n, mark]) => n + " " + MARKS[mark][1]).slice(0, 8).join(", ")}${unreachable.size ? "; " + unreachable.size + " unreachable" : ""}</td>`;
    const leader = row.shot[LEADER] < 0 ? "nobody" : lifeName(row.shot[LEADER]);
    return `<tr><th scope="row">${text(name)}</th>${cells}<td class="wordy">${text(leader)}</td><td class="wordy ${gap ? "no" : "yes"}">${gap ? "no" : "yes"}</td></tr>`;
  });
  const none = lines.length ? "" : `<tr><td class="wordy">Nobody runs.</td></tr>`;
  $("matrix").innerHTML = `<table class="matrix"><thead><tr><th></th>${head}<th class="wordy" scope="col">leader</th><th class="wordy" scope="col">converged</th></tr></thead><tbody>${lines.join("")}${none}</tbody></table>`;
  drawWhy(all);
}

function drawWhy(all) {
  const reasons = new Map();
  for (const row of all) {
    if (row.shot[GAP] < 0) continue;
    const { b, n, more = [0, 0] } = D.gaps[row.shot[GAP]], parts = [];
    const who = (list, count) => (count ? count + " nodes" : names(list));
    if (b.length + more[1]) parts.push(`${who(b, more[1])} ${b.length + more[1] === 1 ? "is" : "are"} unreachable`);
    if (n.length + more[0]) parts.push(`${who(n, more[0])} ${n.length + more[0] === 1 ? "has" : "have"} not seen its state`);
    const words = parts.join("; ");
    if (!reasons.has(words)) reasons.set(words, []);
    reasons.get(words).push(row.hosts.length > 1 ? row.hosts.length + " nodes" : D.hosts[row.hosts[0]]);
  }
  const lines = [...reasons].map(([words, who]) => `<li><b>${text(who.join(" "))}</b> ${are(who, "has", "have")} not converged: ${text(words)}.</li>`);
  $("why").innerHTML = lines.length ? `<ul class="why">${lines.join("")}</ul>` : "";
}

function drawGist(at) {
  const shots = D.hosts.map((_, host) => shotAt(host, at)), running = shots.filter(isRunning), members = running.filter((shot) => shot[VIEW] >= 0);
  const views = new Set(members.map((shot) => sense[shot[VIEW]])).size, converged = members.filter((shot) => shot[GAP] < 0).length;
  const leaders = new Map();
  members.forEach((shot) => leaders.set(shot[LEADER], (leaders.get(shot[LEADER]) || 0) + 1));
  const led = [...leaders].map(([life, count]) => `${lifeName(life)} leads to ${count === members.length ? "all" : count}`).join(", ");
  const parts = [`<b>${running.length}</b> of ${D.hosts.length} run`];
  if (members.length) {
    parts.push(views === 1 ? "all see <b>the same</b>" : `<b>${views}</b> different views`, `<b>${converged}</b> of ${members.length} converged`, text(led));
  }
  $("gist").innerHTML = parts.join(" &middot; ");
}

function drawMoment() {
  $("when").textContent = seconds(time.at);
  drawGist(time.at);
  drawMap(time.at);
  drawMatrix(time.at);
}
