/* The seller's one screen on a line that comes and goes. Every field is kept on the phone at once and sent to the draft
   when there is a line; the mark in the save bar says which. Pictures go one by one. Without this script the buttons of
   the page do the same. */
const STORE = "belintt-isian";
const RETRY = 5000;
const form = document.querySelector("form[data-screen]");
const state = document.querySelector("[data-save-state]");
const token = document.querySelector("input[name=csrf_token]")?.value;

const readQueue = () => {
  try { return JSON.parse(localStorage.getItem(STORE)) || {}; } catch { return {}; }
};
const writeQueue = (queue) => {
  try { localStorage.setItem(STORE, JSON.stringify(queue)); } catch { /* a full or closed store: the form still holds it */ }
};
const say = (words, look = "") => {
  if (!state) return;
  state.textContent = words;
  state.className = `save-bar-state ${look}`;
};
const sayWaiting = () => say(state?.dataset.waiting, "is-waiting");

// --- sending -------------------------------------------------------------

let running = null;
let timer = 0;

function later() {
  clearTimeout(timer);
  timer = setTimeout(flush, RETRY);
}

/* Sends all that waits. True when nothing is left, false when there is no line. */
function flush() {
  running ??= sendAll().finally(() => { running = null; });
  return running;
}

async function sendAll() {
  if (!token) return false;
  for (const [key, entry] of Object.entries(readQueue())) {
    const answer = await post(entry.url, bodyOf(entry));
    if (!answer) {
      if (form && form.dataset.key === key) sayWaiting();
      later();
      return false;
    }
    settle(key, entry, answer.ok || [404, 409, 422].includes(answer.status));
    if (form && form.dataset.key === key) await report(answer);
    if (!answer.ok && ![404, 409, 422].includes(answer.status)) return false;
  }
  return true;
}

/* A refusal of a network in between, or a sign-in page, is no answer of ours: it waits like a line that is gone. */
async function post(url, body) {
  try {
    const answer = await fetch(url, { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
    return answer.type === "opaqueredirect" || answer.status >= 500 ? null : answer;
  } catch {
    return null;
  }
}

function bodyOf(entry) {
  const body = new FormData();
  body.set("csrf_token", token);
  body.set("store_id", entry.store || "");
  if (entry.product) body.set("product_id", entry.product);
  for (const [name, values] of Object.entries(entry.fields)) {
    body.append("kotak", name);
    if (name === "store_id") body.delete("store_id");
    for (const value of values) body.append(name, value);
  }
  return body;
}

/* What was sent waits no more, unless it was typed anew meanwhile. */
function settle(key, sent, isDone) {
  if (!isDone) return;
  const queue = readQueue();
  for (const [name, values] of Object.entries(sent.fields)) {
    if (JSON.stringify(queue[key]?.fields[name]) === JSON.stringify(values)) delete queue[key].fields[name];
  }
  if (queue[key] && !Object.keys(queue[key].fields).length) delete queue[key];
  writeQueue(queue);
}

async function report(answer) {
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) return say(told.error || "", "is-wrong");
  if (readQueue()[form.dataset.key]) return undefined;
  say(`${state.dataset.saved} ${told.saved_at}`);
  settleAddress();
  return undefined;
}

/* The draft has its own address now: reloading the page must not begin another one. */
function settleAddress() {
  if (location.pathname.endsWith("/baru")) history.replaceState(null, "", form.dataset.page);
  form.action = form.dataset.page;
}

// --- typing --------------------------------------------------------------

const SKIPPED = new Set(["csrf_token", "kunci", "awal", "tanda", "product_id", "pictures", "kotak", "foto_ada", "foto_utama", "foto_buang"]);

function valuesOf(name) {
  return [...form.elements].filter((each) => each.name === name)
    .filter((each) => !["checkbox", "radio"].includes(each.type) || each.checked).map((each) => each.value);
}

function keep(name) {
  const queue = readQueue();
  const entry = queue[form.dataset.key] ??= {
    url: form.dataset.fields,
    store: form.elements.store_id?.value || "",
    product: form.elements.product_id?.value || "",
    fields: {},
  };
  entry.fields[name] = valuesOf(name);
  if (name.endsWith("on_hand")) {
    const seen = name.replace(/on_hand$/, "seen_on_hand");
    if (form.elements[seen]) entry.fields[seen] = valuesOf(seen);
  }
  writeQueue(queue);
  say(state.dataset.saving);
}

/* What was typed without a line, and not sent before the page was left, comes back into its fields. */
function restore() {
  const fields = readQueue()[form.dataset.key]?.fields || {};
  for (const [name, values] of Object.entries(fields)) {
    for (const each of [...form.elements].filter((other) => other.name === name)) {
      if (["checkbox", "radio"].includes(each.type)) each.checked = values.includes(each.value);
      else each.value = values[0] ?? "";
    }
  }
}

async function swap(id) {
  await flush();
  try {
    const answer = await fetch(form.dataset.page, { redirect: "manual" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [fresh, old] = [page.getElementById(id), document.getElementById(id)];
    if (fresh && old) old.replaceWith(document.adoptNode(fresh));
    const shown = page.querySelector("form[data-screen] input[name=awal]");
    if (shown) form.elements.awal.value = shown.value;
  } catch {
    sayWaiting();
  }
}

// --- pictures ------------------------------------------------------------

const photos = [];
let sendingPhotos = null;
const list = document.querySelector("[data-photo-queue]");
const randomKey = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function queuePhotos(files) {
  for (const file of files) {
    const line = document.createElement("li");
    line.textContent = `${file.name}: ${list.dataset.sending}`;
    list.append(line);
    photos.push({ file, line, key: randomKey() });
  }
  sendPhotos();
}

function sendPhotos() {
  sendingPhotos ??= sendEachPhoto().finally(() => { sendingPhotos = null; });
  return sendingPhotos;
}

async function sendEachPhoto() {
  while (photos.length) {
    const photo = photos[0];
    photo.line.textContent = `${photo.file.name}: ${list.dataset.sending}`;
    const body = bodyOf({ store: form.elements.store_id?.value, product: form.elements.product_id?.value, fields: {} });
    body.set("kunci_foto", photo.key);
    body.set("pictures", photo.file);
    const answer = await post(form.dataset.photos, body);
    if (!answer) {
      photo.line.textContent = `${photo.file.name}: ${list.dataset.waiting}`;
      sayWaiting();
      setTimeout(sendPhotos, RETRY);
      return false;
    }
    photos.shift();
    await tellPhoto(photo, answer);
  }
  return true;
}

async function tellPhoto(photo, answer) {
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    photo.line.textContent = told.error || photo.file.name;
    photo.line.className = "is-wrong";
    return;
  }
  photo.line.remove();
  say(`${state.dataset.saved} ${told.saved_at}`);
  settleAddress();
  await swap("foto-ada");
}

// --- the page ------------------------------------------------------------

let typing = 0;

function onTyped(event) {
  const { name, type } = event.target;
  if (type === "file" || !name || SKIPPED.has(name)) return;
  keep(name);
  clearTimeout(typing);
  const area = event.type === "change" && event.target.dataset.swaps;
  if (area) swap(area);
  else typing = setTimeout(flush, event.type === "change" ? 0 : 800);
}

/* Buttons wait until all that was typed and every picture has arrived; without a line nothing is lost by pressing them. */
async function onSubmit(event) {
  const swaps = event.submitter?.dataset.swap;
  const waits = photos.length || Object.keys(readQueue()).includes(form.dataset.key);
  if (!swaps && !waits && navigator.onLine) return;
  event.preventDefault();
  clearTimeout(typing);
  if (swaps) return void swap(swaps);
  const submitter = event.submitter;
  if (photos.length) say(state.dataset.photos);
  if (photos.length && !(await sendPhotos())) return;
  if (!(await flush()) || !navigator.onLine) return void sayWaiting();
  form.requestSubmit(submitter);
}

document.documentElement.classList.add("has-script");
if (form) {
  restore();
  form.addEventListener("input", onTyped);
  form.addEventListener("change", onTyped);
  form.addEventListener("submit", onSubmit);
  form.elements.pictures.addEventListener("change", (event) => {
    queuePhotos([...event.target.files]);
    event.target.value = "";
  });
}
addEventListener("online", () => { flush(); if (photos.length) sendPhotos(); });
addEventListener("offline", () => { if (form) sayWaiting(); });
flush();
