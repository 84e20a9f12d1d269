/* Keeps the sums in step with what is chosen, and asks for the fees again when the address changes.
   Without script the button "Perbarui ongkos" does it. */
const form = document.querySelector("[data-checkout]");

const rupiah = (amount) => `Rp${String(amount).replace(/\B(?=(\d{3})+$)/g, ".")}`;

const show = (place, amount) => {
  for (const element of form.querySelectorAll(place)) element.textContent = rupiah(amount);
};

const add = () => {
  const fees = [...form.querySelectorAll("input[data-fee]:checked")];
  // shops that share a run of a round make one parcel, whose fee is paid once
  const parcels = new Map(fees.map((radio) => [radio.dataset.run || radio.name, Number(radio.dataset.fee)]));
  const delivery = [...parcels.values()].reduce((sum, fee) => sum + fee, 0);
  for (const element of form.querySelectorAll("[data-parcels]")) element.textContent = String(parcels.size);
  show("[data-delivery-total]", delivery);
  show("[data-total]", delivery + Number(form.querySelector("#ringkasan").dataset.goods));
};

let asked = 0;
const askFees = async () => {
  const number = ++asked;
  const refresh = form.querySelector(".refresh-fees");
  const body = new FormData(form);
  body.set("langkah", "ongkos");
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (number !== asked) return;
    for (const id of ["pengiriman", "ringkasan"]) {
      document.getElementById(id).replaceWith(page.getElementById(id));
    }
    refresh.hidden = true;
  } catch {
    refresh.hidden = false;
  } finally {
    form.removeAttribute("aria-busy");
  }
};

if (form) {
  form.querySelector(".refresh-fees").hidden = true;
  form.addEventListener("change", ({ target }) => {
    if (target.name === "village_code" ? target.value : target.name === "address") askFees();
    else if (target.dataset.fee !== undefined) add();
  });
  addEventListener("pageshow", add);
}
