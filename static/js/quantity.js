/* The minus and plus beside a number box. */
for (const box of document.querySelectorAll("[data-quantity]")) {
  const input = box.querySelector("input");
  const buttons = [...box.querySelectorAll("[data-step]")];

  const limit = () => {
    for (const button of buttons) {
      const after = Number(input.value) + Number(button.dataset.step);
      button.disabled = after < Number(input.min) || (input.max !== "" && after > Number(input.max));
    }
  };

  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      if (button.dataset.step === "1") input.stepUp();
      else input.stepDown();
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  input.addEventListener("input", limit);
  limit();
}
