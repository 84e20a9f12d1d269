/* Marks the rows of the goods table that differ from what is saved, and counts the changes on its button. */
const form = document.querySelector("[data-goods-table]");

if (form) {
  const button = form.querySelector("[data-save]");
  const label = button.querySelector("span");
  const plain = label.textContent;
  const number = (text) => text.replace(/[^\d]/g, "").replace(/^0+(?=\d)/, "");
  const differs = (input) => number(input.value) !== input.dataset.seen;

  const mark = () => {
    let count = 0;
    for (const row of form.querySelectorAll("[data-goods-row]")) {
      const changed = [...row.querySelectorAll("[data-seen]")].filter(differs).length;
      row.classList.toggle("is-changed", changed > 0);
      count += changed;
    }
    label.textContent = count ? button.dataset.words.replace("{count}", count.toLocaleString("id")) : plain;
  };

  form.addEventListener("input", mark);
  form.addEventListener("focusin", ({ target }) => target.matches("[data-seen]") && target.select());
  mark();
}
