// What led to the moment that matters most: time runs down, a column for each node, an arrow for each message.
const FEW = 20;
let allSteps = false;
function drawCone() {
  const { title } = D.cone, hidden = allSteps ? 0 : Math.max(0, D.cone.steps.length - FEW), steps = D.cone.steps.slice(hidden);
  const left_out = D.cone.left_out + hidden;
  if (!steps.length) return;
  const involved = [...new Set(steps.flatMap((step) => [step.host, step.from && step.from[0]]).filter((host) => host !== null && host !== undefined))].sort((a, b) => a - b);
  const gap = Math.max(22, Math.min(52, 420 / involved.length, (Math.min(window.innerWidth, 1240) * (window.innerWidth < 760 ? 0.42 : 0.5)) / involved.length)), top = 26;
  const width = involved.length * gap, out = [];
  const lines = steps.map((step) => {
    const who = step.host === null ? "" : `<b>${text(D.hosts[step.host])}</b> `;
    const news = step.news.length ? ` <b>${text(step.news.join("; "))}</b>` : step.changed ? ": its state changes" : "";
    return `<li data-at="${step.at}" title="${text(step.what + (step.news.length ? ": " + step.news.join("; ") : ""))}"><time>${seconds(step.at)}</time><span>${who}${text(step.what)}${news}</span></li>`;
  });
  const button = hidden ? ` <button id="all-steps">Show ${hidden} of them</button>` : "";
  const more = left_out ? `<p class="faint">${left_out} earlier steps are left out.${button}</p>` : "";
  $("cone").innerHTML = `<h2>${text(title)}</h2><p class="gist">${D.verdict.failure || D.decisions.length ? "Only what could have had a say in it: time" : "Time"} runs down, an arrow is a message that changed something.</p>${more}<div class="cone-body"><div id="cone-map" style="width:${width}px"></div><ol class="cone-steps" style="padding-top:${top}px">${lines.join("")}</ol></div>`;
  // Long lines wrap, so where each row is shows only once they are laid out.
  const list = $("cone").querySelector("ol"), begin = list.getBoundingClientRect().top;
  const boxes = [...list.children].map((item) => item.getBoundingClientRect()), heights = boxes.map((box) => box.height);
  const column = (host) => gap / 2 + involved.indexOf(host) * gap, row = (n) => n < 0 ? top - 15 : boxes[n].top - begin + heights[n] / 2;
  const height = boxes[boxes.length - 1].bottom - begin + 6;
  involved.forEach((host) => {
    out.push(`<line class="lane" x1="${column(host)}" x2="${column(host)}" y1="${top - 4}" y2="${height}"/><text class="small bold" x="${column(host)}" y="14" text-anchor="middle">${text(fitted(D.hosts[host], gap + 4))}</text>`);
  });
  const height_of = (sent, n) => {
    let k = n;
    while (k > 0 && steps[k - 1].at > sent) k -= 1;
    const before = k > 0 ? steps[k - 1].at : sent, after = steps[Math.min(k, n)].at;
    const share = after > before ? (sent - before) / (after - before) : 0;
    return Math.min(row(n) - 13, Math.max(top, row(k - 1) + share * (row(Math.min(k, n)) - row(k - 1))));
  };
  steps.forEach((step, n) => {
    if (!step.from || step.host === null) return;
    const [a, b] = [[column(step.from[0]), height_of(step.from[1], n)], [column(step.host), row(n)]];
    const long = Math.hypot(b[0] - a[0], b[1] - a[1]), end = [b[0] - (b[0] - a[0]) / long * 7, b[1] - (b[1] - a[1]) / long * 7];
    const angle = Math.atan2(b[1] - a[1], b[0] - a[0]) * 180 / Math.PI;
    out.push(`<line class="arrow" x1="${a[0].toFixed(1)}" y1="${a[1].toFixed(1)}" x2="${end[0].toFixed(1)}" y2="${end[1].toFixed(1)}"/><path class="arrow-head" d="M0 0l-7 -3.5v7z" transform="translate(${end[0].toFixed(1)} ${end[1].toFixed(1)}) rotate(${angle.toFixed(1)})"/>`);
  });
  steps.forEach((step, n) => {
    if (step.host === null) out.push(`<line class="deed-line" x1="0" x2="${width}" y1="${row(n)}" y2="${row(n)}"/>`);
    else out.push(`<circle class="beat${step.news.length ? " news" : step.changed ? " changed" : ""}" cx="${column(step.host)}" cy="${row(n)}" r="5"/>`);
  });
  $("cone-map").innerHTML = `<svg viewBox="0 0 ${width} ${height.toFixed(1)}" role="img" aria-label="Messages between nodes">${out.join("")}</svg>`;
  if (hidden) $("all-steps").addEventListener("click", () => { allSteps = true; drawCone(); moved(); });
}
