// Opening a ready message in WhatsApp counts as having passed it on. Without a script the button beside it says so.
for (const form of document.querySelectorAll("[data-share]")) {
  const button = form.querySelector("button");
  form.querySelector("a").addEventListener("click", () => {
    if (!button || button.hidden) return;
    fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, keepalive: true })
      .then((answer) => { button.hidden = answer.ok; })
      .catch(() => {});
  });
}
