// Uses a page as a person would, and tells what there was to see.
(async () => {
  const told = [];
  const say = (sentence, holds) => told.push((holds ? "ok: " : "NOT: ") + sentence);
  const by = (id) => document.getElementById(id);
  // What was asked for is drawn in the next frame, and a tenth of a second later where there are no frames.
  const wait = () => new Promise((done) => setTimeout(done, 150));
  const clock = () => parseFloat(by("clock").textContent);
  const press = async (key, more = {}) => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
    await wait();
  };
  const click = async (element) => { element.click(); await wait(); };
  try {
    await wait();
    say("all is drawn", document.documentElement.dataset.drawn === "yes");
    const data = JSON.parse(by("data").textContent), end = data.end / 1e6;
    const names = [...document.querySelectorAll("[data-row]")];
    say("each node has a row", names.length === data.hosts.length);
    say("nothing is wider than the window", document.documentElement.scrollWidth <= window.innerWidth);
    const steps = [...document.querySelectorAll(".cone-steps li")];
    say("no line of what led there is cut off", steps.every((step) => step.lastChild.scrollWidth <= step.lastChild.clientWidth + 1 && step.scrollWidth <= step.clientWidth + 1));
    const map = document.querySelector("#cone-map svg"), beats = [...document.querySelectorAll("#cone .beat")].map((beat) => beat.getBoundingClientRect());
    say("each step is drawn beside its line", !map || beats.every((beat) => steps.some((step) => { const box = step.getBoundingClientRect(); return Math.abs((box.top + box.bottom) / 2 - (beat.top + beat.bottom) / 2) < 2; })));
    say("the matrix has a row for each node that runs", document.querySelectorAll(".matrix tbody tr").length >= 1);
    say("the map has a circle for each node", document.querySelectorAll("#map .node").length === data.hosts.length);
    say("each statement of the case is there", document.querySelectorAll(".case .timed").length === data.case.filter((line) => line[1] !== null).length);
    const key = data.verdict.failure ? data.verdict.failure.at : data.decisions.length ? data.decisions[0].at : data.end;
    say("it begins at the moment that matters most", Math.abs(clock() - key / 1e6) < 0.002);
    await press("Home");
    say("Home leads to the beginning", clock() === 0);
    await press("ArrowRight");
    const first = clock();
    say("Right leads to a change", first > 0 || data.end === 0);
    await press("ArrowRight", { shiftKey: true });
    say("Shift and Right lead on by a second", Math.abs(clock() - Math.min(end, first + 1)) < 0.002);
    await press("ArrowLeft");
    say("Left leads back", clock() < first + 1);
    await press("End");
    say("End leads to the end", Math.abs(clock() - end) < 0.002);
    await press("+");
    await press("+");
    const ticks = [...document.querySelectorAll("#timeline svg text")].filter((text) => / s$/.test(text.textContent)).map((text) => parseFloat(text.textContent));
    say("Plus shows a part of the run", Math.min(...ticks) > end / 2);
    await press("0");
    const bars = document.querySelectorAll("#timeline rect").length;
    document.querySelector("[data-row]").dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, button: 0 }));
    await wait();
    say("a name opens what its node sees", document.querySelectorAll("#timeline rect").length > bars);
    const slider = by("slider");
    slider.value = Math.round(data.end / 2);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await wait();
    say("the slider moves in time", Math.abs(clock() - end / 2) < 0.002);
    const item = document.querySelector("#story li:last-child");
    await click(item);
    say("a line of the story leads to its moment", Math.abs(clock() - Number(item.dataset.at) / 1e6) < 0.002);
    const box = by("timeline").getBoundingClientRect(), row = document.querySelector("[data-row]").getBoundingClientRect();
    by("timeline").dispatchEvent(new PointerEvent("pointermove", { bubbles: true, pointerType: "mouse", clientX: box.left + box.width * 0.7, clientY: row.top + row.height / 2 }));
    await wait();
    say("a row tells of itself under the pointer", !by("tip").hidden && by("tip").textContent.length > 5);
    await click(by("key"));
    say("a button leads to the moment that matters most", Math.abs(clock() - key / 1e6) < 0.002);
  } catch (error) {
    told.push("NOT: " + error.stack);
  }
  window.wrong.forEach((message) => told.push("NOT: " + message));
  const out = document.createElement("pre");
  out.id = "told";
  out.textContent = told.join("\n");
  document.body.append(out);
})();
