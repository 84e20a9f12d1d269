// Sends pictures piece by piece (tus 1.0): shrunk first, two at a time, and kept on this phone until they have arrived,
// so that a broken line or a closed tab loses nothing.
const PIECE = 128 * 1024, SIDE = 2160, QUALITY = 0.85, AT_ONCE = 2, MOST = 20, LONGEST_WAIT = 30_000, PATIENCE = 90_000;
// The page around hears "album:changed" on [data-album]: data-jobs and data-working count the pictures that are not in yet.
const album = document.querySelector("[data-album]");
const queue = album.querySelector("[data-album-queue]");
const said = album.querySelector("[data-album-said]");
const shown = document.querySelector("[data-album-places]");
const words = album.dataset;
const jobs = new Map();
let running = 0;

class Final extends Error {}

// --- kept on this phone ----------------------------------------------------

const base = new Promise((done) => {
  try {
    const open = indexedDB.open("belintt-foto", 1);
    open.onupgradeneeded = () => open.result.createObjectStore("menunggu", { keyPath: "id" });
    open.onsuccess = () => done(open.result);
    open.onerror = () => done(null);
  } catch { done(null); }
});

async function kept(mode, act) {
  const db = await base;
  if (!db) return null;
  return new Promise((done) => {
    const ask = act(db.transaction("menunggu", mode).objectStore("menunggu"));
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => done(null);
  });
}

// Until the draft has begun at the market, only this phone knows of it: the next visit of an empty form goes on with it.
let isFresh = location.pathname.endsWith("/baru");
const whose = new URL(words.endpoint, location).search;
const safe = new Set();
async function keep({ id, name, blob, url, raw }) {
  const done = await kept("readwrite", (store) => store.put({ id, name, blob, url, raw, whose, isFresh, album: words.key, at: Date.now() }));
  if (done) words.kept = String(safe.add(id).size);
}
const forget = (id) => kept("readwrite", (store) => store.delete(id));

// --- shrinking -------------------------------------------------------------

const encoded = (canvas, type) => new Promise((done) => canvas.toBlob(done, type, QUALITY));

async function shrink(file) {
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    let blob = await encoded(canvas, "image/webp");
    if (blob?.type !== "image/webp") blob = await encoded(canvas, "image/jpeg");
    return blob && blob.size < file.size ? blob : file;
  } catch { return file; } // the server says what it thinks of it
}

// --- the protocol ----------------------------------------------------------

async function ask(url, method, headers = {}, body = undefined) {
  const answer = await fetch(url, {
    method, body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
    headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": words.csrf, ...headers },
  });
  if (answer.type === "opaqueredirect" || answer.status === 400) throw new Final(words.signin);
  return answer;
}

const isForLater = (status) => status === 408 || status === 423 || status === 429 || status >= 500;

async function begin(job) {
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(job.name.slice(-100))));
  const answer = await ask(words.endpoint, "POST", { "Upload-Length": job.blob.size, "Upload-Metadata": `filename ${name}` });
  if (answer.status !== 201) {
    const text = await answer.text();
    throw isForLater(answer.status) ? new Error(text) : new Final(text);
  }
  job.url = answer.headers.get("Location");
  job.offset = 0;
  tell("begun");
  await begun();
  await keep(job);
}

// The draft is in the shop's list from now on.
async function begun() {
  if (!isFresh) return;
  isFresh = false;
  await Promise.all([...jobs.values()].filter((job) => !job.refused).map(keep));
}

async function where(job) {
  const answer = await ask(job.url, "HEAD");
  if (answer.status === 404 || answer.status === 410) job.url = null;
  else if (answer.ok) job.offset = Number(answer.headers.get("Upload-Offset"));
  else throw new Error(answer.status);
}

async function sendPieces(job) {
  while (job.offset < job.blob.size) {
    if (job.gone) return;
    const piece = job.blob.slice(job.offset, job.offset + PIECE);
    const headers = { "Upload-Offset": job.offset, "Content-Type": "application/offset+octet-stream" };
    const answer = await ask(job.url, "PATCH", headers, piece);
    if (answer.status !== 204) {
      job.offset = null;
      throw new Error(answer.status);
    }
    job.offset = Number(answer.headers.get("Upload-Offset"));
    say(job, `${words.sending} ${Math.round((100 * job.offset) / job.blob.size)}%`);
  }
}

// Until the line is back, or for a while.
function pause(time) {
  return new Promise((done) => {
    const timer = setTimeout(done, time);
    addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
  });
}

async function deliver(job) {
  for (let wait = 1000; !job.gone; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      if (job.url && job.offset === null) await where(job);
      if (!job.url) await begin(job);
      job.settle();
      hideTwins();
      await sendPieces(job);
      return;
    } catch (error) {
      if (error instanceof Final) throw error;
      if (job.url) job.offset = null;
      say(job, words.line);
      job.cut = true;
      tell();
      await pause(wait);
      job.cut = false;
    }
  }
}

// --- the queue -------------------------------------------------------------

// Pictures take their places in the order in which they were chosen: each begins after the one before it.
let last = Promise.resolve();

function row(job) {
  job.before = last;
  last = new Promise((done) => { job.settle = done; });
  const item = document.createElement("li");
  item.className = "album-sending";
  const name = document.createElement("span");
  name.className = "album-name";
  name.textContent = job.name;
  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.className = "album-move";
  cancel.textContent = "×";
  cancel.setAttribute("aria-label", `${words.cancel}: ${job.name}`);
  cancel.addEventListener("click", () => giveUp(job));
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", job.name);
  const state = document.createElement("span");
  state.className = "meta";
  item.append(name, cancel, bar, state);
  queue.append(item);
  Object.assign(job, { item, bar, state });
  say(job, words.queued);
}

function say(job, text) {
  job.state.textContent = text;
  if (job.blob) job.bar.value = (100 * (job.offset ?? 0)) / job.blob.size;
}

async function giveUp(job) {
  job.gone = true;
  drop(job);
  await forget(job.id);
  if (job.url) ask(job.url, "DELETE").catch(() => { /* it ends by itself in time */ });
}

function drop(job) {
  jobs.delete(job.id);
  job.item.remove();
  job.settle();
  tell();
}

function next() {
  for (const job of jobs.values()) {
    if (running >= AT_ONCE) return;
    if (!job.started) run(job);
  }
}

async function run(job) {
  job.started = true;
  running += 1;
  try {
    if (job.raw) {
      say(job, words.shrinking);
      job.blob = await shrink(job.blob);
      job.raw = false;
      await keep(job);
    }
    await job.before;
    await alone(job);
  } catch (error) {
    job.item.classList.add("is-refused");
    job.bar.remove();
    job.state.textContent = said.textContent = error.message;
    job.refused = true;
    job.settle();
    if (error.message !== words.signin) forget(job.id);
  }
  running -= 1;
  tell();
  next();
}

// In one tab only, where the browser can tell.
async function alone(job) {
  const work = async (lock) => {
    if (lock === null) return drop(job);
    await deliver(job);
    if (job.gone) return undefined;
    await forget(job.id);
    drop(job);
    said.textContent = `${job.name}: ${words.arrived}`;
    return look();
  };
  return navigator.locks ? navigator.locks.request(`foto-${job.id}`, { ifAvailable: true }, work) : work();
}

function add(files) {
  for (const [number, file] of [...files].slice(0, MOST).entries()) {
    const job = { id: `${Date.now()}-${String(number).padStart(2, "0")}-${Math.random()}`, name: file.name, blob: file, raw: true, url: null, offset: null };
    jobs.set(job.id, job);
    row(job);
    keep(job);
  }
  if (files.length > MOST) said.textContent = words.most;
  tell();
  next();
}

// --- what is in the album --------------------------------------------------

// A place that this phone is filling is told of once, in the queue.
function hideTwins() {
  const mine = new Set([...jobs.values()].filter((job) => job.url).map((job) => job.url.split("/").pop()));
  for (const place of shown?.querySelectorAll("[data-waiting]") ?? []) place.hidden = mine.has(place.dataset.waiting);
}

async function look(isSure = false) {
  if (!words.places || (!isSure && (document.hidden || shown.contains(document.activeElement)))) return;
  try {
    const answer = await fetch(words.places, { redirect: "manual" });
    if (!answer.ok) return;
    const text = await answer.text();
    if (text !== look.last) shown.innerHTML = look.last = text;
    hideTwins();
    tell();
  } catch { /* no line just now: the next look comes soon */ }
}

// What the page around needs to know: how many are on their way or worked on, whether the line is gone, what was refused.
function tell(event = "changed") {
  const mine = [...jobs.values()].filter((job) => !job.refused);
  words.jobs = String(mine.length);
  words.working = String([...(shown?.querySelectorAll("[data-waiting]") ?? [])].filter((place) => !place.hidden).length);
  words.isCut = mine.some((job) => job.cut) ? "1" : "";
  words.refusals = String(album.parentElement.querySelectorAll(".is-refused, .album-refusal").length);
  words.shownPictures = [...(shown?.querySelectorAll("[data-picture]") ?? [])].map((place) => place.dataset.picture).join();
  album.dispatchEvent(new Event(`album:${event}`));
}

// --- what was left behind ----------------------------------------------------

/* A draft that only this phone knows of, left in a tab that is closed by now; null while another tab has it open. */
async function leftBehind(left) {
  const one = left.find((old) => old.isFresh && old.whose === whose && old.album !== words.key);
  if (!one || !isFresh || !navigator.locks) return null;
  const isFree = navigator.locks.request(`isian-${one.album}`, { signal: AbortSignal.timeout(1500) }, () => true).catch(() => false);
  return (await isFree) && !jobs.size && !words.isTyped ? one.album : null;
}

async function goOn(left) {
  const asked = new URLSearchParams(location.search).get("kunci");
  if (asked && asked !== words.key) {
    await Promise.all(left.filter((old) => old.album === asked).map((old) => forget(old.id))); // that draft is done
    return;
  }
  const key = asked ? null : await leftBehind(left);
  if (key) location.replace(`${location.pathname}?${new URLSearchParams({ kunci: key })}`);
}

async function giveAllUp() {
  for (const job of [...jobs.values()]) giveUp(job);
  const left = (await kept("readonly", (store) => store.getAll())) ?? [];
  for (const old of left.filter((one) => one.album === words.key)) forget(old.id);
}

navigator.locks?.request(`isian-${words.key}`, { mode: "shared" }, () => new Promise(() => { /* as long as the page is open */ }));
album.addEventListener("album:settled", begun);
document.addEventListener("submit", ({ target }) => { if (target.action.endsWith("/buang")) giveAllUp(); });
album.addEventListener("album:look", () => look(true));
setInterval(() => {
  if (jobs.size || "shared" in words || shown?.querySelector("[data-waiting]")) look();
}, 3000);
album.classList.add("is-lively");
const chooser = album.querySelector("input[type=file]");
const takeChosen = () => {
  if (chooser.files.length) add(chooser.files);
  chooser.value = "";
};
chooser.addEventListener("change", takeChosen);
const left = (await kept("readonly", (store) => store.getAll())) ?? [];
const isNew = (old) => old.album === words.key && !jobs.has(old.id);
for (const old of left.filter(isNew)) {
  const job = { ...old, offset: null };
  jobs.set(job.id, job);
  row(job);
}
takeChosen(); // those that were chosen while this script was still on its way
tell();
goOn(left.filter((old) => old.album !== words.key));
for (const old of left.filter((one) => one.at < Date.now() - 7 * 86_400_000)) forget(old.id);
next();
