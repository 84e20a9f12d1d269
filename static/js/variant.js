/* Choosing a variant changes the price, the limit of the quantity and the picture. */
const choose = (radio) => {
  const { price, max, picture } = radio.dataset;
  for (const place of document.querySelectorAll("[data-variant-price]")) place.textContent = price;

  const quantity = radio.form.elements.quantity;
  if (quantity && max !== undefined) {
    quantity.max = max;
    if (Number(quantity.value) > Number(max)) quantity.value = Math.max(1, Number(max));
    quantity.dispatchEvent(new Event("input", { bubbles: true }));
  }
  for (const button of radio.form.querySelectorAll("[data-needs-stock]")) button.disabled = max === "0";

  const figure = picture && document.getElementById(picture);
  if (figure) figure.parentElement.scrollTo({ left: figure.offsetLeft - figure.parentElement.offsetLeft });
};

for (const radio of document.querySelectorAll("input[name=variant_id][data-price]")) {
  radio.addEventListener("change", () => choose(radio));
  if (radio.checked) choose(radio);
}
