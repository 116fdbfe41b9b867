// The chat page: who is speaking, what is on the screen, and what a press of a button does.

import { drawSamplePhoto, samplePlaces } from "/page/samples.js";
import { dayOf, dressFace, make, nameOf, renderEntry, summaryOf, timeOf } from "/page/messages.js";
import { switchLanguage, texts, writeTexts } from "/page/texts.js";

const TYPING_SECONDS = 5;
const CALLS_SHOWN = 40;
const NO_ANSWER_SECONDS = 12;
const $ = (id) => document.getElementById(id);
const people = new Map(); // chat id -> { profile, phone, blocked, last, unread }
let entries = new Map(); // message id -> entry of the chat that is open
let chatId = null;
let typingTimer = null;
let toastTimer = null;
let keyboardChoice = {}; // what the person chose for which keyboard: { state, open }
const waitingButtons = new Map(); // query id -> button

async function ask(path, body) {
  const options = body instanceof FormData ? { method: "POST", body } : body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
  const answer = await (await fetch(`/control/${path}`, options)).json();
  if (!answer.ok) throw new Error(answer.description);
  return answer.result;
}

// --- people ---------------------------------------------------------------------------------------------------------

async function loadPeople() {
  for (const person of await ask("users")) {
    const id = person.profile.id;
    people.set(id, { unread: 0, ...people.get(id), ...person });
  }
}

function showPeople() {
  let number = 0;
  $("people-list").replaceChildren(...[...people.values()].map((person) => {
    const { profile, last, unread } = person;
    number += 1;
    const lines = make("span", { class: "lines" }, make("b", {}, nameOf(profile)), make("small", {}, last ? summaryOf(last.message) : texts.person(number)));
    const count = unread ? make("span", { class: "unread" }, String(unread)) : null;
    const face = dressFace(make("span", { "aria-hidden": "true" }), profile, number);
    const current = profile.id === chatId;
    const open = () => { location.hash = profile.id; if (!matchMedia("(min-width: 60rem)").matches) $("people").hidePopover(); };
    return make("li", {}, make("button", { class: "person", "aria-current": current ? "true" : null, onclick: open }, face, lines, count));
  }));
  const me = people.get(chatId);
  if (!me) return;
  dressFace($("my-face"), me.profile, [...people.keys()].indexOf(chatId) + 1);
  $("my-name").textContent = `${nameOf(me.profile)} · ${me.profile.id}`;
  $("block-text").textContent = me.blocked ? texts.unblock : texts.block;
  showStatus();
}

async function openChat(id) {
  chatId = id;
  entries = new Map();
  people.get(id).unread = 0;
  const { entries: found } = await ask(`chats/${id}`);
  if (id !== chatId) return;
  for (const entry of found) keep(entry);
  showPeople();
  showLog();
}

function keep(entry) {
  const old = entries.get(entry.message.message_id);
  if (!old || old.edits <= entry.edits) entries.set(entry.message.message_id, entry);
}

// --- the log ----------------------------------------------------------------------------------------------------------

function visible() {
  return [...entries.values()].filter((entry) => !entry.deleted).sort((a, b) => a.message.message_id - b.message.message_id);
}

function showLog() {
  const shown = visible();
  const nodes = [];
  let day = "";
  for (const entry of shown) {
    if (dayOf(entry.message) !== day) nodes.push(make("p", { class: "day" }, (day = dayOf(entry.message))));
    nodes.push(renderEntry(entry, { press, command: sendText }));
  }
  if (!shown.length) nodes.push(make("div", { class: "empty" }, make("img", { src: "/page/bot.svg", alt: "", width: 72, height: 72 }), make("h2", {}, texts.emptyTitle), make("p", {}, texts.empty)));
  $("log").replaceChildren(...nodes);
  $("start").hidden = shown.length > 0;
  $("composer").hidden = shown.length === 0;
  showKeyboard();
  toEnd();
}

function toEnd() {
  $("log").scrollTop = $("log").scrollHeight;
}

function receive(entry) {
  const id = entry.message.chat.id;
  const person = people.get(id);
  if (person && !entry.deleted) person.last = entry;
  if (id !== chatId) {
    if (person && entry.from_bot && !entry.edits) person.unread += 1;
    return showPeople();
  }
  const log = $("log");
  const known = entries.has(entry.message.message_id);
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const last = visible().at(-1);
  keep(entry);
  if (entry.from_bot && !entry.edits) showTyping(false);
  const drawn = log.querySelector(`[data-id="${entry.message.message_id}"]`);
  if (known && drawn && !entry.deleted) drawn.replaceWith(renderEntry(entry, { press, command: sendText }));
  else if (!known && last && dayOf(last.message) === dayOf(entry.message) && last.message.message_id < entry.message.message_id) log.append(renderEntry(entry, { press, command: sendText }));
  else showLog();
  showKeyboard();
  showPeople();
  if (!known && (atEnd || !entry.from_bot)) toEnd();
}

// A keyboard for one use is folded after it, until its button opens it again.
function showKeyboard() {
  const shown = visible();
  const from = shown.findLastIndex((entry) => entry.markup && (entry.markup.keyboard || entry.markup.remove_keyboard));
  const markup = shown[from]?.markup;
  const rows = markup?.keyboard ?? [];
  const used = Boolean(markup?.one_time_keyboard) && shown.slice(from + 1).some((entry) => !entry.from_bot);
  const state = `${shown[from]?.message.message_id} ${used}`;
  const open = rows.length > 0 && (keyboardChoice.state === state ? keyboardChoice.open : !used);
  $("keyboard-button").hidden = !rows.length;
  $("keyboard-button").setAttribute("aria-expanded", String(open));
  $("keyboard-button").onclick = () => { keyboardChoice = { state, open: !open }; showKeyboard(); toEnd(); };
  $("keyboard").hidden = !open;
  $("words").placeholder = (open && markup.input_field_placeholder) || (shown.at(-1)?.markup?.force_reply && shown.at(-1).markup.input_field_placeholder) || texts.message;
  $("keyboard").replaceChildren(...rows.map((row) => make("div", { class: "row" }, ...row.map((button) => make("button", { onclick: () => pressReply(button) }, button.text)))));
}

function showTyping(typing) {
  clearTimeout(typingTimer);
  $("status").classList.toggle("typing", typing);
  if (typing) typingTimer = setTimeout(() => showTyping(false), TYPING_SECONDS * 1000);
  showStatus();
}

function showStatus() {
  const blocked = people.get(chatId)?.blocked;
  const typing = $("status").classList.contains("typing");
  $("status").textContent = document.body.classList.contains("offline") ? texts.offline : typing ? texts.typing : blocked ? texts.blocked : texts.bot;
}

function toast(words) {
  clearTimeout(toastTimer);
  $("toast").textContent = words;
  $("toast").hidden = false;
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 4000);
}

// --- acting -----------------------------------------------------------------------------------------------------------

async function say(body) {
  try {
    await ask(`chats/${chatId}/message`, body);
    return true;
  } catch (error) {
    toast(texts.failed(error.message));
    return false;
  }
}

function sendText(text) {
  return say({ text });
}

function sendFile(kind, blob, name) {
  const form = new FormData();
  form.append(kind, blob, name);
  return say(form);
}

async function press(entry, button, element) {
  if (element.classList.contains("waiting")) return;
  element.classList.add("waiting");
  try {
    const { query_id: query } = await ask(`chats/${chatId}/callback`, { message_id: entry.message.message_id, data: button.callback_data });
    const answered = (await ask(`queries/${query}`)).answer; // the bot may have been quicker than we
    if (answered) return showAnswer(element, answered);
    waitingButtons.set(query, element);
    setTimeout(() => {
      if (!waitingButtons.delete(query)) return;
      element.classList.remove("waiting");
      toast(texts.noAnswer);
    }, NO_ANSWER_SECONDS * 1000);
  } catch (error) {
    element.classList.remove("waiting");
    toast(texts.failed(error.message));
  }
}

function showAnswer(element, { text, show_alert: asAlert }) {
  element?.classList.remove("waiting");
  if (!text) return;
  if (!asAlert) return toast(text);
  $("alert-text").textContent = text;
  $("alert").showModal();
}

function pressReply(button) {
  if (button.request_contact) return say({ contact: {} });
  if (button.request_location) return $("location").showModal();
  return sendText(button.text);
}

const attach = {
  file: () => $("photo-file").click(),
  sample: async () => sendFile("photo", await drawSamplePhoto(), "contoh.jpg"),
  location: () => $("location").showModal(),
  contact: () => say({ contact: {} }),
  document: () => $("any-file").click(),
  voice: () => say({ voice: "" }),
};

function offerPlaces() {
  $("places").replaceChildren(...samplePlaces.map(({ name, latitude, longitude }, i) => {
    const radio = make("input", { type: "radio", name: "place", value: i, onchange: () => fillPlace(latitude, longitude) });
    return make("label", { class: "choice" }, radio, make("span", {}, name));
  }));
}

function fillPlace(latitude, longitude) {
  $("latitude").value = latitude;
  $("longitude").value = longitude;
  $("place-wrong").hidden = true;
}

function placeWrong(words) {
  $("place-wrong").textContent = words;
  $("place-wrong").hidden = false;
}

async function sendPlace(event) {
  event.preventDefault();
  const [latitude, longitude] = ["latitude", "longitude"].map((id) => $(id).value.trim().replace(",", ".")).map((value) => (value === "" ? NaN : Number(value)));
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return placeWrong(texts.wrongPlace);
  $("location").close();
  await say({ location: { latitude, longitude } });
}

// --- behind the scenes --------------------------------------------------------------------------------------------------

let lastCall = 0;

async function loadCalls() {
  const calls = (await ask(`calls?after=${lastCall}`)).filter((call) => call.method.toLowerCase() !== "getupdates");
  for (const call of calls.slice(-CALLS_SHOWN)) showCall(call);
  if (!$("calls").childElementCount) $("calls").append(make("li", { class: "none" }, texts.nothingYet));
}

function showCall(call) {
  if (call.number <= lastCall) return;
  lastCall = call.number;
  $("calls").querySelector(".none")?.remove();
  const failed = call.status !== 200;
  const who = people.get(call.params.chat_id)?.profile.first_name;
  $("calls").prepend(make("li", { class: failed ? "failed" : null }, make("time", {}, timeOf(call.at)), make("code", {}, call.method), make("span", {}, failed ? String(call.status) : who ?? "")));
  while ($("calls").childElementCount > CALLS_SHOWN) $("calls").lastChild.remove();
}

async function loadCommands() {
  const { name, commands } = await ask("bot");
  $("bot-name").textContent = name;
  $("commands-button").hidden = !commands.length;
  $("commands").replaceChildren(...commands.map(({ command, description }) => make("button", { onclick: () => { $("commands").hidePopover(); sendText(`/${command}`); } }, make("b", {}, `/${command}`), make("span", {}, description))));
}

// --- wiring -------------------------------------------------------------------------------------------------------------

function wantedChat() {
  const id = Number(location.hash.slice(1));
  return people.has(id) ? id : people.keys().next().value;
}

async function refresh() {
  await loadPeople();
  if (!people.size) await ask("users", {}).then(loadPeople);
  await Promise.all([openChat(wantedChat()), loadCommands(), loadCalls()]);
}

function listen() {
  const events = new EventSource("/control/events");
  const on = (kind, act) => events.addEventListener(kind, (event) => act(JSON.parse(event.data)));
  events.onopen = async () => { document.body.classList.remove("offline"); await refresh(); followStartLink(); };
  events.onerror = () => { document.body.classList.add("offline"); showStatus(); };
  on("entry", receive);
  on("call", showCall);
  on("commands", loadCommands);
  on("reset", () => { people.clear(); refresh(); });
  on("user", (person) => { const id = person.profile.id; people.set(id, { unread: 0, ...people.get(id), ...person }); showPeople(); });
  on("action", ({ chat_id: id }) => { if (id === chatId) showTyping(true); });
  on("answer", (answer) => {
    const element = waitingButtons.get(answer.query_id);
    if (waitingButtons.delete(answer.query_id)) showAnswer(element, answer);
  });
}

// ?start=PAYLOAD does what a t.me link does, once: a reload of the page shall not send it again.
function followStartLink() {
  const address = new URL(location.href);
  const payload = address.searchParams.get("start");
  if (payload === null) return;
  address.searchParams.delete("start");
  history.replaceState(null, "", address.href);
  if (/^[A-Za-z0-9_-]{0,64}$/.test(payload)) sendText(`/start ${payload}`.trim());
}

function growWords() {
  $("words").rows = Math.min(6, $("words").value.split("\n").length + Math.floor($("words").value.length / 42));
}

// Menus and notices stand above the foot, which grows with the words and the keyboard.
new ResizeObserver(([foot]) => document.documentElement.style.setProperty("--foot", `${foot.borderBoxSize[0].blockSize}px`)).observe(document.querySelector(".phone > footer"));
writeTexts();
offerPlaces();
$("start").onclick = () => sendText("/start");
$("new-person").onclick = async () => { location.hash = (await ask("users", {})).profile.id; };
$("language").onclick = switchLanguage;
$("block").onclick = async () => { $("menu").hidePopover(); await ask(`chats/${chatId}/block`, { blocked: !people.get(chatId).blocked }); };
$("composer").onsubmit = async (event) => {
  event.preventDefault();
  const words = $("words").value.trim();
  if (!words) return;
  $("words").value = "";
  growWords();
  if (!(await sendText(words)) && !$("words").value) $("words").value = words;
};
$("words").oninput = growWords;
$("words").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("composer").requestSubmit(); }
};
$("attachments").onclick = (event) => {
  const button = event.target.closest("[data-attach]");
  if (button) { $("attachments").hidePopover(); attach[button.dataset.attach](); }
};
$("photo-file").onchange = () => { const [file] = $("photo-file").files; if (file) sendFile("photo", file, file.name); $("photo-file").value = ""; };
$("any-file").onchange = () => { const [file] = $("any-file").files; if (file) sendFile("document", file, file.name); $("any-file").value = ""; };
$("location-form").onsubmit = sendPlace;
$("location-cancel").onclick = () => $("location").close();
$("locate").onclick = () => navigator.geolocation.getCurrentPosition(
  ({ coords }) => fillPlace(coords.latitude.toFixed(6), coords.longitude.toFixed(6)),
  () => placeWrong(texts.noDeviceLocation),
  { timeout: 8000 },
);
addEventListener("hashchange", async () => {
  if (!people.has(Number(location.hash.slice(1)))) await loadPeople();
  openChat(wantedChat());
});
listen();
