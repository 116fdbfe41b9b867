// One case: who else has it open, words put in from templates and similar cases, names completed after an @. Without
// JavaScript the buttons of templates send the form, and the page of similar cases is a link.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Presence. A page says every 15 seconds that it is open and whether somebody is typing in it; one in the background
  // says nothing, and one that is left says so.
  const box = document.querySelector("[data-presence]");
  const EVERY = 15_000, TYPING = 20_000;
  let typedAt = -Infinity, timer;

  const words = (more = {}) => new URLSearchParams({
    csrf_token: box.dataset.token || "", seen: box.dataset.seen, writing: performance.now() - typedAt < TYPING ? "1" : "0", ...more,
  });

  async function sayHere() {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(box.dataset.presence, { method: "POST", body: words(), headers: { "HX-Request": "true" } });
      if (answer.status === 200) {
        const html = await answer.text();
        if (html.trim() !== box.dataset.shown) {
          box.innerHTML = html;
          box.dataset.shown = html.trim();
        }
      } else if (answer.status < 500) return; // signed out, or no longer ours to see: the next press says so
    } catch { /* no network: try again */ }
    timer = setTimeout(sayHere, EVERY);
  }

  if (box) {
    document.addEventListener("input", (event) => {
      if (!event.target.matches("textarea")) return;
      const fresh = performance.now() - typedAt > TYPING;
      typedAt = performance.now();
      if (fresh) sayHere();
    });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sayHere());
    addEventListener("pagehide", () => navigator.sendBeacon(box.dataset.presence, words({ left: "1" })));
    sayHere();
  }

  // Words of a template or a similar case go below what is typed, never over it.
  function put(area, text) {
    const typed = area.value.trimEnd();
    area.value = typed ? `${typed}\n\n${text}` : text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
    const gap = /\[[a-z_]+\]/.exec(area.value);
    const from = gap ? gap.index : area.value.length;
    area.setSelectionRange(from, gap ? from + gap[0].length : from);
  }

  const answer = document.querySelector("form.answer textarea");
  const ready = (root) => answer && all("[data-insert]", root).forEach((button) => { button.hidden = false; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button || !answer) return;
    event.preventDefault();
    put(answer, document.getElementById(button.dataset.insert).textContent.trim());
  });
  document.addEventListener("htmx:load", (event) => ready(event.target));
  ready(document);

  document.querySelector(".preview[data-focus]")?.focus();

  // Names after an @: the colleagues who may see the case, asked for once, when the first @ is typed.
  for (const area of all("textarea[data-names]")) {
    const list = document.createElement("ul");
    list.className = "names";
    list.setAttribute("role", "listbox");
    list.id = `${area.id}-names`;
    list.hidden = true;
    area.after(list);
    area.setAttribute("aria-controls", list.id);
    let names, chosen = 0;

    const begun = () => /(?:^|\s)@([^@\n]{0,40})$/.exec(area.value.slice(0, area.selectionStart));
    const close = () => { list.hidden = true; list.replaceChildren(); };
    const mark = () => [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));

    function complete(name) {
      const typed = begun();
      if (!typed) return;
      const from = area.selectionStart - typed[1].length;
      area.setRangeText(`${name} `, from, area.selectionStart, "end");
      close();
      area.focus();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }

    async function offer() {
      const typed = begun();
      if (!typed) return close();
      names ??= fetch(area.dataset.names).then((r) => r.json()).then((found) => found.names).catch(() => []);
      const part = typed[1].toLowerCase();
      const fitting = (await names).filter((name) => name.toLowerCase().split(" ").some((_, i, all) => all.slice(i).join(" ").startsWith(part))).slice(0, 6);
      if (!fitting.length || fitting.some((name) => `${name.toLowerCase()} ` === part)) return close();
      chosen = 0;
      list.replaceChildren(...fitting.map((name) => {
        const item = document.createElement("li"), button = document.createElement("button");
        item.setAttribute("role", "option");
        button.type = "button";
        button.tabIndex = -1;
        button.textContent = name;
        button.addEventListener("mousedown", (event) => { event.preventDefault(); complete(name); });
        item.append(button);
        return item;
      }));
      mark();
      list.hidden = false;
    }

    area.addEventListener("input", offer);
    area.addEventListener("blur", () => setTimeout(close, 150));
    area.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) chosen = (chosen + step + list.children.length) % list.children.length;
      else if (event.key === "Enter" && !event.ctrlKey || event.key === "Tab") complete(list.children[chosen].textContent);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      mark();
    });
  }
})();
