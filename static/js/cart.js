/* A new number is sent by itself a moment after the last tap; the button for it is not needed then. */
for (const form of document.querySelectorAll("[data-cart-line]")) {
  const change = form.querySelector("[data-change]");
  let timer;
  change.hidden = true;
  form.addEventListener("change", () => {
    clearTimeout(timer);
    timer = setTimeout(() => form.requestSubmit(change), 700);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}
