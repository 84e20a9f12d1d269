/* Chained selects: choosing a region fetches the options of the next one.
   Where that fails, the button that sends the whole form comes back. */
for (const picker of document.querySelectorAll("[data-regions]")) {
  const selects = [...picker.querySelectorAll("select")];
  const buttons = [...picker.querySelectorAll("button[name=langkah]")];

  const empty = (from) => {
    for (const select of selects.slice(from)) {
      select.replaceChildren(...[...select.options].filter((option) => !option.value));
      select.disabled = true;
    }
  };

  const fill = async (position, code) => {
    const next = selects[position];
    next.setAttribute("aria-busy", "true");
    buttons[position - 1].hidden = true;
    try {
      const answer = await fetch(`/wilayah/${encodeURIComponent(code)}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const options = await answer.text();
      if (selects[position - 1].value !== code) return;
      next.insertAdjacentHTML("beforeend", options);
      next.disabled = false;
    } catch {
      buttons[position - 1].hidden = false;
    } finally {
      next.removeAttribute("aria-busy");
    }
  };

  for (const button of buttons) button.hidden = true;
  selects.forEach((select, index) => {
    if (index > 0 && select.options.length < 2) select.disabled = true;
    if (index === selects.length - 1) return;
    select.addEventListener("change", () => {
      empty(index + 1);
      if (select.value) fill(index + 1, select.value);
    });
  });

  const postcode = picker.closest("form")?.elements.postcode;
  selects.at(-1).addEventListener("change", (event) => {
    const code = event.target.selectedOptions[0]?.dataset.postcode;
    if (postcode && code) postcode.value = code;
  });
}
