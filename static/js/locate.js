/* Fills the pin from the phone's own place. Nobody needs it: the field may stay empty or be typed. */
const field = document.querySelector("[data-pin]");
const button = document.querySelector("[data-locate]");
const said = document.querySelector("[data-locate-said]");

if (field && button && said && navigator.geolocation) {
  button.hidden = false;
  button.addEventListener("click", () => {
    said.textContent = said.dataset.wait;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field.value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`;
        said.textContent = said.dataset.found;
      },
      () => {
        said.textContent = said.dataset.failed;
      },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}
