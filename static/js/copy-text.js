// A button that copies the text of a field. Without a script the field itself can be selected and copied.
for (const button of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  const label = button.querySelector("span");
  if (!field || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      label.textContent = button.dataset.copied;
    } catch {
      field.focus();
      field.select();
    }
  });
}
