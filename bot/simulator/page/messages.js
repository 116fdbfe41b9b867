// One message as it looks in the chat. All words are set as text, never as markup.

import { language, texts } from "/page/texts.js";

const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const dayName = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
const ELEMENTS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote",
};
const SVG = "http://www.w3.org/2000/svg";

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/page/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function nameOf(profile) {
  return [profile.first_name, profile.last_name].filter(Boolean).join(" ");
}

// A face without a picture: initials on a calm colour, neighbours in the list apart.
export function dressFace(element, profile, number) {
  element.textContent = [profile.first_name, profile.last_name].filter(Boolean).map((word) => [...word][0]).join("");
  element.className = `face hue-${number % 6}`;
  return element;
}

export function dayOf(message) {
  const date = new Date(message.date * 1000);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  return days === 0 ? texts.today : days === 1 ? texts.yesterday : dayName.format(date);
}

export function timeOf(seconds) {
  return clock.format(new Date(seconds * 1000));
}

export function summaryOf(message) {
  if (message.text) return message.text;
  if (message.photo) return message.caption ? `${texts.aPhoto}: ${message.caption}` : texts.aPhoto;
  if (message.location) return texts.aLocation;
  if (message.contact) return texts.aContact;
  if (message.voice) return texts.aVoice;
  return message.document ? message.document.file_name : "";
}

// `act` has what buttons do: press(entry, button, element), command(text).
export function renderEntry(entry, act) {
  const { message } = entry;
  const bubble = make("div", { class: "bubble" });
  if (message.reply_to_message) bubble.append(make("p", { class: "quote" }, summaryOf(message.reply_to_message)));
  bubble.append(...content(message, entry.from_bot ? act : null));
  const stamp = make("span", { class: "stamp" }, entry.edits && message.edit_date ? `${texts.edited} · ` : "");
  stamp.append(make("time", { datetime: new Date(message.date * 1000).toISOString() }, timeOf(message.date)));
  bubble.append(stamp);
  const item = make("article", { class: entry.from_bot ? "entry bot" : "entry own", "data-id": message.message_id }, bubble);
  if (message.photo || message.location) item.classList.add("wide");
  const rows = entry.markup?.inline_keyboard;
  if (rows) item.append(inlineKeyboard(rows, entry, act));
  return item;
}

function content(message, act) {
  if (message.text !== undefined) return [make("p", { class: "words" }, ...formatted(message.text, message.entities, act))];
  const parts = [];
  if (message.photo) {
    const size = message.photo.find((one) => Math.max(one.width, one.height) >= 640) ?? message.photo.at(-1);
    const address = `/control/files/${size.file_id}`;
    const image = make("img", { src: address, width: size.width, height: size.height, alt: texts.aPhoto });
    parts.push(make("a", { class: "photo", href: `/control/files/${message.photo.at(-1).file_id}`, target: "_blank" }, image));
  }
  if (message.location) parts.push(place(message.location));
  if (message.contact) {
    const { contact } = message;
    parts.push(attachment("person", nameOf(contact), contact.phone_number));
  }
  if (message.voice) parts.push(make("audio", { controls: true, preload: "none", src: `/control/files/${message.voice.file_id}`, "aria-label": texts.aVoice }));
  if (message.document) {
    const { document: file } = message;
    const address = `/control/files/${file.file_id}`;
    parts.push(make("a", { class: "attached", href: address, download: file.file_name }, ...attachment("file", file.file_name, `${Math.max(1, Math.round(file.file_size / 1024))} kB`).childNodes));
  }
  if (message.caption) parts.push(make("p", { class: "words" }, ...formatted(message.caption, message.caption_entities, act)));
  return parts;
}

function attachment(symbol, title, detail) {
  return make("div", { class: "attached" }, make("span", { class: "badge" }, icon(symbol)), make("span", {}, make("b", {}, title), make("small", {}, detail)));
}

// No map is loaded from elsewhere: streets are hinted at, the numbers say where.
function place({ latitude, longitude }) {
  const map = make("div", { class: "map", role: "img", "aria-label": texts.aLocation }, icon("pin"));
  return make("div", { class: "place" }, map, make("small", {}, `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`));
}

// Offsets of entities are in UTF-16 units, as those of strings in JavaScript.
function formatted(text, entities = [], act = null) {
  const cuts = new Set([0, text.length]);
  for (const entity of entities) cuts.add(entity.offset).add(entity.offset + entity.length);
  const at = [...cuts].sort((a, b) => a - b);
  return at.slice(0, -1).flatMap((from, i) => {
    const over = entities.filter((one) => one.offset <= from && one.offset + one.length >= at[i + 1]);
    const link = over.find((one) => one.type === "text_link" && /^https?:/.test(one.url));
    const piece = text.slice(from, at[i + 1]);
    let nodes = link ? [make("a", { href: link.url, target: "_blank", rel: "noreferrer" }, piece)] : linked(piece, act);
    for (const entity of over) if (ELEMENTS[entity.type]) nodes = [make(ELEMENTS[entity.type], {}, ...nodes)];
    return nodes;
  });
}

// Addresses and commands in plain words can be pressed, as in Telegram.
function linked(piece, act) {
  return piece.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)]|(?<!\S)\/[a-z0-9_]{1,32}\b)/).map((part, i) => {
    if (i % 2 === 0) return part;
    if (part.startsWith("http")) return make("a", { href: part, target: "_blank", rel: "noreferrer" }, part);
    return act ? make("button", { class: "command", onclick: () => act.command(part) }, part) : part;
  });
}

function inlineKeyboard(rows, entry, act) {
  const keyboard = make("div", { class: "inline" });
  for (const row of rows) {
    const line = make("div", { class: "row" });
    for (const button of row) {
      if (button.url) line.append(make("a", { href: button.url, target: "_blank", rel: "noreferrer" }, button.text, icon("out")));
      else line.append(make("button", { onclick: (event) => act.press(entry, button, event.currentTarget) }, button.text));
    }
    keyboard.append(line);
  }
  return keyboard;
}
