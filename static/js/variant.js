/* Choosing a variant or a quantity changes the price, the limits of the quantity, the tiers, the picture and the address. */
const rupiah = (amount) => `Rp${String(amount).replace(/\B(?=(\d{3})+$)/g, ".")}`;
const form = document.querySelector("input[name=variant_id][data-price]").form;
const quantity = form.elements.quantity;
const chosen = () => form.querySelector("input[name=variant_id]:checked, input[name=variant_id][type=hidden]");
const tiersOf = (input) => (input.dataset.tiers ? input.dataset.tiers.split(" ").map((tier) => tier.split(":").map(Number)) : []);

const price = () => {
  const input = chosen();
  if (!input) return;
  const pieces = quantity ? Number(quantity.value) : 0;
  const reached = tiersOf(input).filter(([from]) => pieces >= from).pop();
  const text = rupiah(reached ? reached[1] : input.dataset.price);
  for (const place of document.querySelectorAll("[data-variant-price]")) place.textContent = text;
  for (const table of form.querySelectorAll(".price-tiers")) {
    table.hidden = "variantTiers" in table.dataset && table.dataset.variantTiers !== input.value;
    const rows = [...table.querySelectorAll("[data-from]")];
    const current = rows.filter((row) => pieces >= Number(row.dataset.from)).pop();
    for (const row of rows) row.classList.toggle("is-current", row === current);
  }
};

const choose = () => {
  const input = chosen();
  const left = input && !input.disabled ? Number(input.dataset.max) : 0;
  for (const button of form.querySelectorAll("[data-needs-stock]")) button.disabled = left === 0;
  if (quantity && left) {
    const least = Number(input.dataset.min);
    quantity.min = least;
    quantity.max = left;
    quantity.value = Math.min(Math.max(Number(quantity.value), least), left);
    quantity.dispatchEvent(new Event("input", { bubbles: true }));
  }
  price();
  const figure = input && document.getElementById(input.dataset.picture);
  if (figure) figure.parentElement.scrollTo({ left: figure.offsetLeft - figure.parentElement.offsetLeft });
};

const remember = () => {
  const input = chosen();
  if (input && input.type === "radio") history.replaceState(null, "", `?varian=${input.value}`);
};

/* A value on the first axis shows its own radio buttons, with the same value on the second chosen if it is left. */
const open = (link) => {
  const before = chosen()?.closest(".option").querySelector(".option-label").textContent;
  const group = document.getElementById(link.dataset.group);
  for (const each of form.querySelectorAll("[data-variant-group]")) each.hidden = !each.contains(group);
  for (const each of form.querySelectorAll("[data-group]")) each.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  const radios = [...group.querySelectorAll("input:not(:disabled)")];
  const same = radios.find((radio) => radio.closest(".option").querySelector(".option-label").textContent === before);
  for (const radio of form.querySelectorAll("input[name=variant_id]")) radio.checked = radio === (same || radios[0]);
  choose();
  remember();
};

for (const link of form.querySelectorAll("[data-group]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
}
for (const radio of form.querySelectorAll("input[type=radio][name=variant_id]")) {
  radio.addEventListener("change", () => {
    choose();
    remember();
  });
}
if (quantity) quantity.addEventListener("input", price);
choose();
