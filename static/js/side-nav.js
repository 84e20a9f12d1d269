// On a phone the menu of a desk is a strip: bring the open part into view.
const current = document.querySelector(".side-nav [aria-current]");
if (current) {
  const strip = current.closest(".side-nav");
  strip.scrollLeft = current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
}
