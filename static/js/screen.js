/* The seller's one screen on a line that comes and goes. Every field is kept on the phone at once and sent to the draft
   when there is a line; the mark in the save bar says which, of pictures too (js/album.js). Without this script the buttons of
   the page do the same. */
const STORE = "belintt-isian";
const RETRY = 5000;
const form = document.querySelector("form[data-screen]");
const state = document.querySelector("[data-save-state]");
const who = document.querySelector("[data-who]")?.dataset.who;
const signIn = document.querySelector("[data-sign-in]");
const OUT = "out";
let token = document.querySelector("input[name=csrf_token]")?.value;
let isOut = false;

const readQueue = () => {
  try { return JSON.parse(localStorage.getItem(STORE)) || {}; } catch { return {}; }
};
const writeQueue = (queue) => {
  try { localStorage.setItem(STORE, JSON.stringify(queue)); } catch { /* a full or closed store: the form still holds it */ }
};
/* On a phone of many, what another person typed stays for her. */
const mine = () => Object.entries(readQueue()).filter(([, entry]) => !entry.who || entry.who === who);
const say = (words, look = "") => {
  if (!state) return;
  if (signIn) signIn.hidden = !isOut; // it stays under the finger while fields are left
  state.textContent = words;
  state.className = `save-bar-state ${look}`;
};
const sayWaiting = () => say(isOut ? state?.dataset.out : state?.dataset.waiting, "is-waiting");
const sayKept = () => say(`${state?.dataset.saved} ${new Date().toLocaleTimeString("id-ID", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Makassar" })}`);

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

/* What was typed while a save was on its way goes with the next one at once. */
async function sendAll() {
  for (let round = 0; round < 5; round += 1) {
    if (!(await sendWaiting())) return false;
    if (!mine().length) break;
  }
  if (state?.textContent === state?.dataset.saving && !mine().length) sayKept(); // another tab sent it
  return true;
}

async function sendWaiting() {
  if (!token) return false;
  for (const [key, entry] of mine()) {
    let answer = await post(entry.url, entry);
    if (answer === OUT && await renewed()) answer = await post(entry.url, entry);
    isOut = answer === OUT;
    if (!answer || isOut) {
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

/* A refusal of a network in between is no answer of ours: it waits like a line that is gone. OUT: the session is over. */
async function post(url, entry) {
  try {
    const body = bodyOf(entry);
    const answer = await fetch(url, { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
    if (answer.type === "opaqueredirect" || answer.status === 400) return OUT;
    return answer.status >= 500 ? null : answer;
  } catch {
    return null;
  }
}

/* Somebody who signed in again in another tab goes on here with what this page needs from a fresh one. */
async function renewed() {
  if (!form) return false;
  try {
    const answer = await fetch(form.dataset.new, { redirect: "manual" });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("form[data-screen]");
    if (fresh?.dataset.who !== who) return false;
    token = fresh.elements.csrf_token.value;
    for (const each of document.querySelectorAll("input[name=csrf_token]")) each.value = token;
    album.dataset.csrf = token;
    return true;
  } catch {
    return false;
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
  note(told.shown);
  if (readQueue()[form.dataset.key]) return undefined;
  if (pending()) sayPictures();
  else say(`${state.dataset.saved} ${told.saved_at}`);
  settleAddress();
  return undefined;
}

/* What was kept by itself is not sent again with the whole page: another tab may know better by then. */
function note(shown) {
  try {
    form.elements.awal.value = JSON.stringify({ ...JSON.parse(form.elements.awal.value || "{}"), ...shown });
  } catch { /* an old page: it is sent again */ }
}

/* The draft has its own address now: reloading the page must not begin another one. */
function settleAddress() {
  if (location.pathname.endsWith("/baru")) history.replaceState(null, "", form.dataset.page);
  form.action = form.dataset.page;
  album.dispatchEvent(new Event("album:settled"));
}

// --- typing --------------------------------------------------------------

const SKIPPED = new Set(["csrf_token", "kunci", "awal", "tanda", "product_id", "pictures", "kotak"]);

function valuesOf(name) {
  return [...form.elements].filter((each) => each.name === name)
    .filter((each) => !["checkbox", "radio"].includes(each.type) || each.checked).map((each) => each.value);
}

function keep(name) {
  const queue = readQueue();
  const entry = queue[form.dataset.key] ??= {
    who,
    url: form.dataset.fields,
    store: form.elements.store_id?.value || "",
    product: form.elements.product_id?.value || "",
    fields: {},
  };
  entry.fields[name] = valuesOf(name);
  told.set(name, JSON.stringify(entry.fields[name]));
  if (name.endsWith("on_hand")) {
    const seen = name.replace(/on_hand$/, "seen_on_hand");
    if (form.elements[seen]) entry.fields[seen] = valuesOf(seen);
  }
  writeQueue(queue);
  album.dataset.isTyped = "1";
  say(state.dataset.saving);
}

/* What was typed without a line, and not sent before the page was left, comes back into its fields. */
function restore() {
  const fields = Object.fromEntries(mine())[form.dataset.key]?.fields || {};
  for (const [name, values] of Object.entries(fields)) {
    for (const each of [...form.elements].filter((other) => other.name === name)) {
      if (["checkbox", "radio"].includes(each.type)) each.checked = values.includes(each.value);
      else each.value = values[0] ?? "";
    }
  }
}

function isTouched(each) {
  if (["checkbox", "radio"].includes(each.type)) return each.checked !== each.defaultChecked;
  if (each.options) return each.selectedIndex > 0 && !each.options[each.selectedIndex].defaultSelected;
  return "defaultValue" in each && each.type !== "hidden" && each.value !== each.defaultValue;
}

/* What was typed while this script was still on its way counts too. */
function keepEarly() {
  for (const each of form.elements) {
    if (each.name && each.type !== "file" && !SKIPPED.has(each.name) && isTouched(each)) keep(each.name);
  }
}

const latest = new Map();

/* Of two changes in a row the last one counts, whichever answer comes first. */
async function swap(id) {
  const mine = (latest.get(id) ?? 0) + 1;
  latest.set(id, mine);
  await flush();
  try {
    const answer = await fetch(form.dataset.page, { redirect: "manual" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (latest.get(id) !== mine) return;
    const [fresh, old] = [page.getElementById(id), document.getElementById(id)];
    if (fresh && old) old.replaceWith(document.adoptNode(fresh));
    const shown = page.querySelector("form[data-screen] input[name=awal]");
    if (shown) form.elements.awal.value = shown.value;
  } catch {
    sayWaiting();
  }
}

/* What was chosen before this script came, or on a page that was left, has its questions on the server only. */
function swapEarly() {
  for (const each of form.querySelectorAll("[data-swaps]")) {
    if (isTouched(each)) swap(each.dataset.swaps);
  }
}

// --- pictures ------------------------------------------------------------

/* album.js sends them and tells here how far it is. */
const album = form?.querySelector("[data-album]");
const pending = () => Number(album?.dataset.jobs || 0) + Number(album?.dataset.working || 0);
const typed = () => Object.keys(readQueue()).includes(form.dataset.key);
let wanted = null;
let pictures = null;
let wasPending = false;

function sayPictures() {
  if (album.dataset.isCut || !navigator.onLine) return sayWaiting();
  return say(Number(album.dataset.jobs) ? state.dataset.photos : state.dataset.working);
}

function onAlbum() {
  if (pending()) {
    wasPending = true;
    sayPictures();
  } else if (wasPending) {
    wasPending = false;
    if (!typed()) sayKept();
  }
  const shown = album.dataset.shownPictures;
  const cells = document.getElementById("daftar-pilihan");
  if (pictures !== null && pictures !== shown && cells?.children.length && !cells.contains(document.activeElement)) swap(cells.id);
  pictures = shown;
  if (wanted && !pending()) goOn();
}

/* "Terbitkan" was pressed while pictures were on their way: it goes on when the last is in, unless one was refused. */
function goOn() {
  const button = wanted;
  wanted = null;
  if (album.dataset.refusals === button.refusals) form.requestSubmit(button.submitter);
}

/* Moving and taking away happen in place; the page stays where it is. */
async function actOnAlbum(submitter) {
  const body = new FormData(form, submitter);
  body.delete("pictures");
  const { value } = submitter;
  try {
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error(String(answer.status));
  } catch {
    return sayWaiting();
  }
  settleAddress();
  album.addEventListener("album:changed", () => form.querySelector(`button[value="${value}"]`)?.focus(), { once: true });
  album.dispatchEvent(new Event("album:look"));
  return undefined;
}

/* The price and the stock of the first form, to all others that are on sale. */
function copyToAll() {
  const [first, ...others] = [...document.querySelectorAll(".cells .cell")].filter((cell) => !cell.querySelector("[name$=is_off]").checked);
  for (const part of ["-price", "-on_hand"]) {
    const from = first.querySelector(`[name$="${part}"]:not([name$="seen${part.replace("-", "_")}"])`);
    for (const cell of others) {
      const to = cell.querySelector(`[name$="${part}"]`);
      to.value = from.value;
      keep(to.name);
    }
  }
  return flush();
}

// --- the page ------------------------------------------------------------

let typing = 0;
const told = new Map();

function onTyped(event) {
  const { name, type } = event.target;
  if (type === "file" || !name || SKIPPED.has(name)) return;
  const values = JSON.stringify(valuesOf(name));
  if (event.type !== "change" || told.get(name) !== values) keep(name); // a field that is left says again what it said
  clearTimeout(typing);
  const area = event.type === "change" && event.target.dataset.swaps;
  if (area) swap(area);
  else typing = setTimeout(flush, event.type === "change" ? 0 : 800);
}

/* Buttons wait until all that was typed has arrived, "Terbitkan" for the pictures too; without a line nothing is lost
   by pressing them. */
async function onSubmit(event) {
  const { submitter } = event;
  const act = submitter?.value ?? "";
  if (submitter && "copies" in submitter.dataset) { event.preventDefault(); return void copyToAll(); }
  if (/^foto-\w+-(maju|mundur|hapus)$/.test(act)) { event.preventDefault(); return void actOnAlbum(submitter); }
  const swaps = submitter?.dataset.swap;
  const isLast = act === "terbitkan";
  if (!swaps && !(isLast && pending()) && !typed() && navigator.onLine) return;
  event.preventDefault();
  clearTimeout(typing);
  if (swaps) return void swap(swaps);
  if (!(await flush()) || !navigator.onLine) return void sayWaiting();
  if (isLast && pending()) {
    sayPictures();
    if (!album.dataset.isCut) wanted = { submitter, refusals: album.dataset.refusals };
    return;
  }
  form.requestSubmit(submitter);
}

document.documentElement.classList.add("has-script");
if (form) {
  keepEarly();
  restore();
  swapEarly();
  form.addEventListener("input", onTyped);
  form.addEventListener("change", onTyped);
  form.addEventListener("submit", onSubmit);
  album.addEventListener("album:changed", onAlbum);
  album.addEventListener("album:begun", () => { settleAddress(); onAlbum(); });
}
addEventListener("online", () => { flush(); });
addEventListener("offline", () => { wanted = null; if (form) sayWaiting(); });
flush();
