/* Counts down the hours, then the minutes that are left, and opens the page anew when none is. Only the time that has gone by here is
   measured, so it is right on a phone whose clock is wrong. Without script the page tells the time and the minutes. */
const timer = document.querySelector("[data-seconds-left]");
const opened = Date.now();

const tell = () => {
  const { secondsLeft, hours, minutes, last, then } = timer.dataset;
  const left = Number(secondsLeft) - (Date.now() - opened) / 1000;
  if (left > 0) {
    const [words, unit] = left >= 7200 ? [hours, 3600] : [minutes, 60];
    timer.textContent = left < 60 ? last : words.replace("#", Math.floor(left / unit));
  } else {
    clearInterval(ticking);
    location.replace(then);
  }
};

const ticking = timer && setInterval(tell, 5_000);
if (timer) document.addEventListener("visibilitychange", tell);
