// Puts the page together, and answers to pointer and keys.
function drawHead() {
  const failure = D.verdict.failure, badge = $("badge");
  badge.textContent = D.verdict.passed ? (failure ? "failed as expected" : "all held") : "failed";
  badge.className = "badge " + (D.verdict.passed ? "good" : "bad");
  const facts = [`${D.hosts.length} nodes`, `${(D.end / 1e6).toFixed(D.end % 1e6 ? 3 : 0)} s`, `${D.events.toLocaleString("en")} events`, `${D.messages.toLocaleString("en")} messages`, `seed ${D.seed}`, `digest ${D.digest}`];
  $("facts").innerHTML = facts.map((fact) => `<span>${text(fact)}</span>`).join("");
  $("notes").innerHTML = D.notes.map((note) => `<p class="note" role="alert">${text(note)}</p>`).join("");
  if (failure) {
    const rows = [["must hold", failure.rule], ["one fact", failure.fact], ["but", failure.but], ["at", seconds(failure.at)]];
    $("failure").innerHTML = `<div class="failure"><h2>${text(failure.signature)}</h2><dl>${rows.filter((row) => row[1]).map(([word, what]) => `<dt>${word}</dt><dd>${text(what)}</dd>`).join("")}</dl></div>`;
  }
  $("again").textContent = D.again;
  $("build").textContent = D.build;
  $("key").textContent = failure ? "To the failure" : D.decisions.length ? "To the decision" : "To the end";
}

function drawLegend() {
  const there = new Set(D.tracks.flatMap((track) => track.map((shot) => shot[MARK])));
  const marks = Object.entries(MARKS).filter(([mark]) => mark !== " " && there.has(mark)).map(([, [kind, name]]) => `<span><i class="t-${kind}"></i>${name}</span>`);
  if (marked.some((list) => list.length)) marks.push('<span><i class="hatched"></i>unreachable to somebody</span>');
  marks.push('<span><i class="crown"></i>leads, to itself</span>');
  if (D.decisions.length) marks.push('<span><i class="choice"></i>a resolver decides</span>');
  marks.push('<span><i class="heart"></i>heartbeats</span><span><i class="gossip"></i>gossip</span>');
  if (D.traffic.some((counts) => counts[3])) marks.push('<span><i class="lost"></i>lost</span>');
  marks.push("<span>views: how many different ones there are; none is drawn while all agree</span>");
  $("legend").innerHTML = marks.join("");
}

function drawChoices() {
  if (!choices.length) return;
  const cards = choices.map((choice) => {
    const down = new Set(choice.down), chip = (name) => `<span class="chip ${down.has(name) ? "goes" : "stays"}">${text(name)}</span>`;
    const side = (list) => (list.length > 14 ? `<span class="chip">${list.length} nodes</span>` : list.map(chip).join(""));
    const when = choice.last > choice.at ? `${seconds(choice.at)} to ${seconds(choice.last)}` : seconds(choice.at);
    return `<button class="card" data-at="${choice.at}"><span class="top"><span class="who">${text(choice.by.length > 12 ? choice.by.length + " nodes" : choice.by.join(" "))}: ${choice.decision}</span><span class="time">${when}</span></span><p>${text(choice.why)}</p><span class="sides">${side(choice.reachable)}<span class="gap">|</span>${side(choice.unreachable)}</span></button>`;
  });
  $("decisions").innerHTML = `<h2>What the resolvers decided, and why</h2><div class="choices">${cards.join("")}</div>`;
}

function drawStory() {
  $("story").innerHTML = D.story.map((beat) => {
    const kind = beat.kind === ">" ? "deed" : beat.kind === "!" ? "said" : "";
    const heard = beat.heard_by.length > 10 ? beat.heard_by.length + " nodes" : beat.heard_by.map((host) => D.hosts[host]).join(" ");
    const spread = beat.to > beat.at ? ` within ${((beat.to - beat.at) / 1e6).toFixed(3)} s` : "";
    return `<li data-at="${beat.at}"><time>${seconds(beat.at)}</time><span class="${kind}">${text(beat.text)}${heard ? ` <small>${text(heard)}${spread}</small>` : ""}</span></li>`;
  }).join("");
  $("case").innerHTML = D.case.map(([line, at]) => {
    const inner = line.startsWith("#") ? `<span class="comment">${text(line)}</span>` : text(line).replace(/^(\s*)(\S+)/, '$1<span class="word">$2</span>');
    return `<span class="line${at === null ? "" : " timed"}"${at === null ? "" : ` data-at="${at}"`}>${inner || " "}</span>`;
  }).join("");
}

// Marks in a list what has happened, and what last.
function markList(list) {
  let last = null;
  for (const item of list) {
    const at = Number(item.dataset.at);
    item.classList.remove("now");
    item.classList.toggle("future", at > time.at);
    if (at <= time.at) last = item;
  }
  if (last) last.classList.add("now");
  return last;
}

function moved() {
  drawCursor();
  drawMoment();
  $("clock").textContent = seconds(time.at);
  $("slider").value = time.at;
  $("slider").setAttribute("aria-valuetext", seconds(time.at));
  const lists = [$("story").children, document.querySelectorAll(".case .timed"), document.querySelectorAll(".cone-steps li"), document.querySelectorAll(".card")];
  lists.forEach((list, n) => {
    const last = markList([...list]);
    if (last && n === 0) {
      const box = $("story");
      if (last.offsetTop < box.scrollTop + box.offsetTop || last.offsetTop > box.scrollTop + box.offsetTop + box.clientHeight - 30) box.scrollTop = last.offsetTop - box.offsetTop - box.clientHeight / 2;
    }
  });
}

let waiting = false;
function moveTo(at) {
  time.at = Math.max(0, Math.min(D.end, Math.round(at)));
  if (waiting) return;
  waiting = true;
  const draw = () => {
    if (!waiting) return;
    waiting = false;
    keepInView();
    moved();
  };
  requestAnimationFrame(draw);
  // A window that shows no frames is drawn all the same.
  setTimeout(draw, 100);
}
function keepInView() {
  if (shown(time.at, time.at)) return;
  const span = time.to - time.from;
  look(time.at - span / 2, time.at + span / 2);
}
function look(from, to) {
  const span = Math.min(D.end, Math.max(2000, to - from));
  time.from = Math.max(0, Math.min(from, D.end - span));
  time.to = time.from + span;
  drawTimeline();
}
function zoom(factor, around = time.at) {
  const span = (time.to - time.from) * factor, share = (around - time.from) / (time.to - time.from);
  look(around - span * share, around + span * (1 - share));
}
const step = (way) => {
  const place = lastAt(changes, time.at, (at) => at);
  const exact = changes[place] === time.at;
  moveTo(changes[Math.max(0, Math.min(changes.length - 1, way > 0 ? place + 1 : exact ? place - 1 : place))]);
};
function toKey() {
  const span = Math.min(D.end, Math.max(4e6, D.end / 8));
  look(keyMoment - span * 0.7, keyMoment + span * 0.3);
  moveTo(keyMoment);
}

let playing = null;
function play() {
  if (playing) { cancelAnimationFrame(playing); playing = null; $("play").textContent = "Play"; return; }
  if (time.at >= D.end) moveTo(0);
  $("play").textContent = "Pause";
  let before = null, at = time.at;
  const speed = D.end / 24000;
  const frame = (now) => {
    if (before !== null) at += (now - before) * speed;
    before = now;
    moveTo(at);
    if (at >= D.end) { playing = null; $("play").textContent = "Play"; return; }
    playing = requestAnimationFrame(frame);
  };
  playing = requestAnimationFrame(frame);
}

function tell(event) {
  const box = $("timeline").getBoundingClientRect(), y = event.clientY - box.top, at = timeAtX(event.clientX - box.left), tip = $("tip");
  const row = geometry.rows.find((entry) => y >= entry.y && y < entry.y + entry.height);
  const choice = event.target.dataset && event.target.dataset.choice;
  let words = "";
  if (choice !== undefined) {
    const decided = D.decisions[Number(choice)];
    words = `<b>${text(D.hosts[decided.host])}</b> at ${seconds(decided.at)}: ${text(decided.why)}`;
  } else if (row && event.clientX - box.left > geometry.left) {
    const shot = shotAt(row.row.hosts[0], at), parts = [MARKS[shot[MARK]][1]];
    if (shot[VIEW] >= 0 && isRunning(shot)) {
      const unreachable = D.views[shot[VIEW]].u;
      parts.push(shot[LEADER] === shot[LIFE] ? "leads" : `${lifeName(shot[LEADER])} leads to it`);
      if (unreachable.length) parts.push(`${names(unreachable)} unreachable to it`);
      if (shot[GAP] >= 0) parts.push("not converged");
    }
    words = `<b>${text(row.row.name)}</b> at ${seconds(at)}: ${text(parts.join(", "))}`;
  }
  tip.hidden = !words;
  if (!words) return;
  tip.innerHTML = words;
  tip.style.left = Math.max(8, Math.min(window.innerWidth - tip.offsetWidth - 8, event.clientX + 14)) + "px";
  tip.style.top = Math.max(8, event.clientY + 18 + tip.offsetHeight > window.innerHeight ? event.clientY - tip.offsetHeight - 12 : event.clientY + 18) + "px";
}

function listen() {
  const line = $("timeline");
  let held = false;
  const local = (event) => event.clientX - line.getBoundingClientRect().left;
  line.addEventListener("pointerdown", (event) => {
    const name = event.target.closest("[data-row]");
    if (name) { unfold(Number(name.dataset.row)); return; }
    if (event.button !== 0 || local(event) < geometry.left - 4) return;
    held = true;
    line.setPointerCapture(event.pointerId);
    moveTo(timeAtX(local(event)));
  });
  line.addEventListener("pointermove", (event) => {
    if (held) moveTo(timeAtX(local(event)));
    if (event.pointerType === "mouse") tell(event);
  });
  for (const end of ["pointerup", "pointercancel"]) line.addEventListener(end, () => { held = false; });
  line.addEventListener("pointerleave", () => { $("tip").hidden = true; });
  line.addEventListener("dblclick", (event) => zoom(0.4, timeAtX(local(event))));
  line.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
    event.preventDefault();
    const by = event.deltaY || event.deltaX;
    if (event.shiftKey) { const far = Math.sign(by) * (time.to - time.from) / 10; look(time.from + far, time.to + far); } else zoom(by > 0 ? 1.25 : 0.8, timeAtX(local(event)));
  }, { passive: false });
  line.addEventListener("keydown", (event) => {
    const name = event.target.closest("[data-row]");
    if (name && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); event.stopPropagation(); unfold(Number(name.dataset.row)); }
  });
  $("slider").max = D.end;
  $("slider").addEventListener("input", (event) => moveTo(Number(event.target.value)));
  const clicks = { earlier: () => step(-1), later: () => step(1), play, in: () => zoom(0.5), out: () => zoom(2), all: () => look(0, D.end), key: toKey };
  for (const [id, act] of Object.entries(clicks)) $(id).addEventListener("click", act);
  $("copy").addEventListener("click", () => navigator.clipboard && navigator.clipboard.writeText(D.again).then(() => { $("copy").textContent = "Copied"; }, () => {}));
  document.addEventListener("click", (event) => {
    const item = event.target.closest("[data-at]");
    if (item && !item.closest("svg")) moveTo(Number(item.dataset.at));
  });
  const keys = { ArrowLeft: () => step(-1), ArrowRight: () => step(1), Home: () => moveTo(0), End: () => moveTo(D.end), "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: () => look(0, D.end), f: toKey, F: toKey, " ": play };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target.closest("button, a, [role=button], [tabindex]")) return;
    if (event.target.closest(".scroll") && event.key.startsWith("Arrow")) return;
    const act = event.shiftKey && event.key.startsWith("Arrow") ? () => moveTo(time.at + (event.key === "ArrowLeft" ? -1e6 : 1e6)) : keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  let width = 0;
  new ResizeObserver(() => { if (line.clientWidth !== width) { width = line.clientWidth; drawTimeline(); } }).observe(line);
}
function unfold(place) {
  const row = rows[place];
  if (unfolded.has(row)) unfolded.delete(row); else unfolded.add(row);
  drawTimeline();
  const again = document.querySelector(`[data-row="${place}"]`);
  if (again) again.focus();
}

drawHead();
drawLegend();
drawChoices();
drawStory();
drawCone();
drawTimeline();
listen();
// Its rows are as high as their lines are long.
addEventListener("resize", () => { drawCone(); moved(); });
const asked = /[#&]t=([0-9.]+)/.exec(location.hash);
moveTo(asked ? Number(asked[1]) * 1e6 : keyMoment);
document.documentElement.dataset.drawn = "yes";
