// What was recorded, and questions that are asked of it.
const D = JSON.parse(document.getElementById("data").textContent);
const MARKS = {
  " ": ["absent", "not started"], ".": ["alone", "in no cluster", "no cluster"], j: ["joining", "joining"], w: ["weakly", "weakly up"],
  U: ["up", "up"], l: ["leaving", "leaving"], e: ["exiting", "exiting"], D: ["down", "down"], r: ["gone", "removed"],
  p: ["preparing", "preparing for shutdown", "preparing"], R: ["ready", "ready for shutdown", "ready"], X: ["crashed", "crashed"], "-": ["stopped", "stopped"],
};
const MANY = D.hosts.length > 20;
const $ = (id) => document.getElementById(id);
const text = (value) => String(value).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const seconds = (at) => (at / 1e6).toFixed(3) + " s";
const spread = (runs) => runs.flatMap(([first, count]) => Array.from({ length: count }, (_, n) => first + n));
D.views.forEach((view) => { view.u = spread(view.u); });
const inOrder = (lives) => [...lives].sort((a, b) => D.lives[a].host - D.lives[b].host || a - b);
const lifeName = (life) => (life < 0 ? "nobody" : D.lives[life].name);
const names = (lives) => (lives.length > 12 ? lives.length + " nodes" : inOrder(lives).map(lifeName).join(" "));
const are = (list, one, many) => (list.length === 1 ? one : many);
const [AT, LIFE, MARK, VIEW, LEADER, GAP] = [0, 1, 2, 3, 4, 5];

// The place of the last entry at or before a moment, or -1.
function lastAt(list, at, key) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(list[middle]) <= at) low = middle + 1; else high = middle;
  }
  return low - 1;
}
const NOTHING = [0, -1, " ", -1, -1, -1];
function shotAt(host, at) {
  const place = lastAt(D.tracks[host], at, (shot) => shot[AT]);
  return place < 0 ? NOTHING : D.tracks[host][place];
}
const isRunning = (shot) => shot[MARK] !== " " && shot[MARK] !== "X" && shot[MARK] !== "-";

// A view by life: its status, or undefined where there is no such member.
const opened = new Map();
function opening(view) {
  let known = opened.get(view);
  if (!known) {
    const members = new Map();
    for (const [first, count, mark] of D.views[view].m) for (let n = 0; n < count; n += 1) members.set(first + n, mark);
    known = { members, unreachable: new Set(D.views[view].u) };
    opened.set(view, known);
  }
  return known;
}
// What two nodes that agree have in common: members, statuses, who is unreachable.
const sense = D.views.map((view) => JSON.stringify([view.m, view.u]));

// Stretches of time over which a value stays the same, made from shots.
function stretches(shots, value) {
  const out = [];
  for (let n = 0; n < shots.length; n += 1) {
    const from = shots[n][AT], to = n + 1 < shots.length ? shots[n + 1][AT] : D.end, now = value(shots[n]);
    const last = out[out.length - 1];
    if (last && last.value === now) last.to = to; else out.push({ from, to, value: now });
  }
  return out.filter((stretch) => stretch.to > stretch.from || stretch.from === D.end);
}

// One sweep over all changes: how many have each life as unreachable, and how many different views there are.
const swept = (() => {
  const changes = [];
  D.tracks.forEach((track, host) => track.forEach((shot) => changes.push([shot[AT], host, shot])));
  changes.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const now = D.hosts.map(() => -1), count = D.lives.map(() => 0);
  const unreachable = D.lives.map(() => [[0, 0]]), views = [[0, 0]], senses = new Map();
  const note = (list, at, value) => {
    const last = list[list.length - 1];
    if (last[1] === value) return;
    if (last[0] === at) last[1] = value; else list.push([at, value]);
  };
  for (const [at, host, shot] of changes) {
    const before = now[host], after = isRunning(shot) ? shot[VIEW] : -1;
    if (before === after) continue;
    now[host] = after;
    for (const [view, step] of [[before, -1], [after, 1]]) {
      if (view < 0) continue;
      for (const life of D.views[view].u) count[life] += step;
      const there = (senses.get(sense[view]) || 0) + step;
      if (there) senses.set(sense[view], there); else senses.delete(sense[view]);
    }
    for (const view of [before, after]) if (view >= 0) {
      for (const life of D.views[view].u) note(unreachable[life], at, count[life]);
    }
    note(views, at, senses.size);
  }
  return { unreachable, views };
})();

// When somebody had a host as unreachable: its present life, not an earlier one.
const marked = D.hosts.map((_, host) => {
  const own = [...D.lives.keys()].filter((life) => D.lives[life].host === host), out = [];
  own.forEach((life, n) => {
    const until = n + 1 < own.length ? D.lives[own[n + 1]].from : D.end, list = swept.unreachable[life];
    list.forEach(([from, count], k) => {
      const to = Math.min(until, k + 1 < list.length ? list[k + 1][0] : D.end);
      if (count && from < until) out.push([from, to]);
    });
  });
  return out;
});
const isMarked = (host, at) => marked[host].some(([from, to]) => from <= at && (at < to || to === D.end));

// Rows of the picture: one a node, or with many nodes one for each course of life.
const rows = (() => {
  if (!MANY) return D.hosts.map((name, host) => ({ name, hosts: [host] }));
  const courses = new Map();
  D.hosts.forEach((_, host) => {
    const course = stretches(D.tracks[host], (shot) => shot[MARK]).map((s) => s.from + s.value).join();
    if (!courses.has(course)) courses.set(course, []);
    courses.get(course).push(host);
  });
  const all = [...courses.values()].sort((a, b) => b.length - a.length);
  const shown = all.slice(0, 20);
  return shown.map((hosts) => ({ name: hosts.length === 1 ? D.hosts[hosts[0]] : hosts.length + "\u00d7", hosts }));
})();

// Decisions that are the same, made by several nodes within a short time.
const choices = (() => {
  const out = [];
  for (const choice of D.decisions) {
    const same = out.find((other) => other.why === choice.why && choice.at - other.at < 15e6);
    if (same) { same.by.push(D.hosts[choice.host]); same.last = choice.at; }
    else out.push({ ...choice, by: [D.hosts[choice.host]], last: choice.at });
  }
  return out;
})();

// Every moment at which something changes.
const changes = (() => {
  const all = new Set([0, D.end]);
  D.tracks.forEach((track) => track.forEach((shot) => all.add(shot[AT])));
  D.story.forEach((beat) => all.add(beat.at));
  D.decisions.forEach((choice) => all.add(choice.at));
  if (D.verdict.failure) all.add(D.verdict.failure.at);
  return [...all].filter((at) => at <= D.end).sort((a, b) => a - b);
})();
const keyMoment = D.verdict.failure ? D.verdict.failure.at : D.decisions.length ? D.decisions[0].at : D.end;
