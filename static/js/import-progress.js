// Shows how far the worker is, and loads the page again when it is done.
const box = document.querySelector("[data-progress]");
const bar = box.querySelector("progress");
const words = box.lastElementChild;

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    const { busy, part, whole } = await answer.json();
    bar.max = Math.max(whole, 1);
    bar.value = part;
    if (whole) words.textContent = box.dataset.words.replace("{part}", part.toLocaleString("id")).replace("{whole}", whole.toLocaleString("id"));
    if (!busy) location.reload();
  } catch { /* no line just now: the next look comes soon */ }
}

setInterval(look, 2_000);
