// A button that copies the value of a field, or of a <data> whose text says it more readably. Without a script the text
// itself can be selected and copied.
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
      field.focus?.();
      field.select?.();
    }
  });
}
