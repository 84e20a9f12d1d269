// Shows what buyers would read while the owner types. The server draws it with the buyers' own template; files stay here.
const WAIT = 500;
for (const form of document.querySelectorAll("[data-preview]")) {
  const here = document.querySelector("[data-preview-here]");
  let timer;
  let newest = 0;
  async function draw() {
    const asked = ++newest;
    const typed = new FormData(form);
    for (const name of [...typed.keys()]) if (typed.get(name) instanceof File) typed.delete(name);
    const answer = await fetch(form.dataset.preview, { method: "POST", body: typed }).catch(() => null);
    if (!answer?.ok || answer.redirected || asked !== newest) return;
    here.innerHTML = await answer.text();
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(draw, WAIT);
  });
}
