/* Cached pages know nothing about their visitor: the number of goods stands in a cookie. */
const cookie = document.cookie.split("; ").find((part) => part.startsWith("belintt_cart="));
const count = Number.parseInt(decodeURIComponent(cookie?.split("=")[1] ?? ""), 10);
if (count > 0) {
  for (const badge of document.querySelectorAll("[data-cart-badge]")) {
    badge.textContent = count > 99 ? "99+" : String(count);
    badge.hidden = false;
  }
}
