/* [data-signing]: a field to draw a name in. What is drawn is kept in the hidden field as an SVG path of whole points
   on 600 by 200, a few thousand characters at most; without script the typed name is enough. */
const LONGEST = 6000;

for (const signing of document.querySelectorAll("[data-signing]")) {
  const pad = signing.querySelector(".signing-pad");
  const canvas = pad.querySelector("canvas");
  const kept = signing.querySelector("input[name='signature']");
  const pen = canvas.getContext("2d");
  let last = null;

  const within = (value, most) => Math.min(most, Math.max(0, Math.round(value)));
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    return [
      within(((event.clientX - box.left) / box.width) * canvas.width, canvas.width),
      within(((event.clientY - box.top) / box.height) * canvas.height, canvas.height),
    ];
  };
  const redraw = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 4;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = getComputedStyle(canvas).color;
    pen.stroke(new Path2D(kept.value));
  };
  const add = (letter, [x, y]) => {
    const more = `${letter}${x} ${y}`;
    if (kept.value.length + more.length > LONGEST) return;
    kept.value += more;
    last = [x, y];
    redraw();
  };

  pad.hidden = false;
  if (kept.value) redraw();
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    const start = point(event);
    add("M", start);
    add("L", start);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (last === null) return;
    const next = point(event);
    if (Math.abs(next[0] - last[0]) + Math.abs(next[1] - last[1]) >= 5) add("L", next);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      last = null;
    });
  }
  signing.querySelector("[data-clear]").addEventListener("click", () => {
    kept.value = "";
    redraw();
  });
}
