// Looks for new orders every half minute while the page is seen, and says so on the page and in its title.
const note = document.querySelector("[data-new-orders]");
const title = document.title;
let known = Number(note.dataset.newOrders);

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(note.dataset.source, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    const { waiting } = await answer.json();
    if (waiting > known) {
      note.classList.add("is-new");
      note.firstElementChild.textContent = `${note.dataset.words} (${waiting})`;
      document.title = `(${waiting}) ${title}`;
    }
    known = Math.min(known, waiting);
  } catch { /* no line just now: the next look comes soon */ }
}

setInterval(look, 30_000);
document.addEventListener("visibilitychange", look);
