// A frame on the picture, moved by finger, mouse or arrow keys (with Shift: resized); the form gets it in percent.
const stage = document.querySelector("[data-crop]");
const form = document.querySelector("[data-crop-form]");
const image = stage.querySelector("img");
const fields = ["kiri", "atas", "lebar", "tinggi"].map((name) => form.elements[name]);
const frame = document.createElement("div");
const grip = document.createElement("div");
const box = { x: 0, y: 0, w: 100, h: 100 };
frame.className = "crop-frame";
frame.tabIndex = 0;
frame.setAttribute("role", "group");
frame.setAttribute("aria-label", form.querySelector("[role=group]").getAttribute("aria-label"));
grip.className = "crop-grip";
frame.append(grip);
stage.append(frame);

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const ratio = () => Number(form.querySelector("[name=bentuk]:checked").dataset.ratio) || 0;

// Percent of height for a percent of width, in the chosen shape.
const tall = (w) => (w * image.width) / (image.height * ratio());

function show() {
  Object.assign(frame.style, { left: `${box.x}%`, top: `${box.y}%`, width: `${box.w}%`, height: `${box.h}%` });
  [box.x, box.y, box.w, box.h].forEach((value, index) => { fields[index].value = Math.floor(value * 10) / 10; });
  form.elements.bingkai.value = "1";
}

function move(dx, dy) {
  box.x = clamp(box.x + dx, 0, 100 - box.w);
  box.y = clamp(box.y + dy, 0, 100 - box.h);
  show();
}

function size(dw, dh) {
  box.w = clamp(box.w + dw, 10, 100 - box.x);
  box.h = ratio() ? tall(box.w) : clamp(box.h + dh, 10, 100 - box.y);
  if (box.h > 100 - box.y) {
    box.w *= (100 - box.y) / box.h;
    box.h = 100 - box.y;
  }
  show();
}

function reset() {
  Object.assign(box, { x: 0, y: 0, w: 100, h: 100 });
  if (ratio()) {
    box.h = tall(100);
    if (box.h > 100) Object.assign(box, { w: 10_000 / box.h, h: 100 });
    Object.assign(box, { x: (100 - box.w) / 2, y: (100 - box.h) / 2 });
  }
  show();
}

frame.addEventListener("pointerdown", (start) => {
  start.preventDefault();
  frame.focus();
  frame.setPointerCapture(start.pointerId);
  const act = start.target === grip ? size : move;
  let [x, y] = [start.clientX, start.clientY];
  const follow = (event) => {
    act((100 * (event.clientX - x)) / image.width, (100 * (event.clientY - y)) / image.height);
    [x, y] = [event.clientX, event.clientY];
  };
  frame.addEventListener("pointermove", follow);
  frame.addEventListener("lostpointercapture", () => frame.removeEventListener("pointermove", follow), { once: true });
});
frame.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!step) return;
  event.preventDefault();
  (event.shiftKey ? size : move)(...step);
});
form.querySelectorAll("[name=bentuk]").forEach((choice) => choice.addEventListener("change", reset));
fields.forEach((field) => field.addEventListener("change", () => {
  const [x, y, w, h] = fields.map((one) => Number(one.value.replace(",", ".")));
  if ([x, y, w, h].every(Number.isFinite)) Object.assign(box, { x, y, w, h });
  Object.assign(frame.style, { left: `${x}%`, top: `${y}%`, width: `${w}%`, height: `${h}%` });
}));
if (image.complete) reset();
else image.addEventListener("load", reset, { once: true });
