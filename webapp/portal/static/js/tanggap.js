// What a page gains where JavaScript runs; every form and link works without it. No framework, no inline code: a page
// says what it wants in data attributes, in the reader's language.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const fill = (text, n) => text.replace("{n}", n);

  // Drafts. What is typed is kept for this tab only and two hours at most: phones are shared, and a complaint found by
  // the wrong person can cost the writer dearly. Passwords, files and hidden fields are never kept.
  const AGE = 2 * 3600 * 1000;
  const storage = (() => {
    try {
      sessionStorage.getItem("draft");
      return sessionStorage;
    } catch {
      return null; // the browser forbids it: nothing is kept
    }
  })();
  const draftName = (key) => `draft:${key}`;
  const kept = (form) =>
    [...form.elements].filter(
      (e) => e.name && !/^(hidden|password|file|submit|button|reset)$/.test(e.type) && !e.dataset.noDraft && e.autocomplete !== "off",
    );
  const chosen = (e) => e.type === "radio" || e.type === "checkbox";

  function readDraft(key) {
    try {
      const draft = JSON.parse(storage.getItem(draftName(key)) || "null");
      return draft && Date.now() - draft.at < AGE ? draft.values : null;
    } catch {
      return null; // what is stored cannot be read: as good as nothing
    }
  }

  // Not only what differs from the page: a page that comes back with errors brings the words as its own.
  const worthKeeping = (e) =>
    chosen(e) ? e.checked || e.checked !== e.defaultChecked : e.value !== (e.options ? e.options[0]?.value : "");

  function keepDraft(form) {
    const values = kept(form)
      .filter(worthKeeping)
      .map((e) => [e.name, chosen(e) ? e.value : null, chosen(e) ? e.checked : e.value]);
    try {
      if (values.length) storage.setItem(draftName(form.dataset.draft), JSON.stringify({ at: Date.now(), values }));
      else storage.removeItem(draftName(form.dataset.draft));
    } catch {
      // the store is full: typing must not suffer from it
    }
  }

  function restoreDraft(form, values) {
    let restored = false;
    const broughtBack = Boolean(form.querySelector("[role=alert]"));
    for (const [name, option, value] of values) {
      const e = kept(form).find((f) => f.name === name && (option === null || f.value === option));
      if (!e) continue;
      if (option !== null) {
        // What the server brought back is what was sent: the draft may be older than the last press.
        if (e.checked === value || broughtBack) continue;
        e.checked = value;
      } else {
        // What the server brought back is newer than the draft.
        const untouched = e.tagName === "SELECT" ? !e.querySelector("option[selected]") : e.value === "";
        if (!untouched || e.value === value) continue;
        e.value = value;
      }
      e.dispatchEvent(new Event("input", { bubbles: true }));
      restored = true;
    }
    return restored;
  }

  function drafts() {
    if (!storage) return;
    for (const sent of all("[data-draft-sent]")) storage.removeItem(draftName(sent.dataset.draftSent));
    for (const form of all("form[data-draft]")) {
      const note = form.querySelector("[data-draft-note]");
      const values = readDraft(form.dataset.draft);
      if (values && restoreDraft(form, values) && note) note.hidden = false;
      let touched = Boolean(values);
      let timer;
      const keep = () => {
        clearTimeout(timer);
        if (touched) keepDraft(form);
      };
      form.addEventListener("input", () => {
        touched = true;
        clearTimeout(timer);
        timer = setTimeout(keep, 300);
      });
      addEventListener("pagehide", keep);
      // Back to a page whose words were received meanwhile: they stand there, but are no draft any more.
      addEventListener("pageshow", (event) => {
        if (event.persisted) touched = Boolean(readDraft(form.dataset.draft));
      });
      form.querySelector("[data-draft-clear]")?.addEventListener("click", () => {
        storage.removeItem(draftName(form.dataset.draft));
        form.reset();
        for (const e of kept(form)) e.dispatchEvent(new Event("input", { bubbles: true }));
        clearTimeout(timer);
        touched = false;
        note.hidden = true;
        kept(form)[0]?.focus();
      });
    }
  }

  // A form is sent once. The button says so; it is not disabled, or its name and value would be missing.
  function sending() {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (event.defaultPrevented || form.method === "dialog") return;
      if (form.dataset.sending) {
        event.preventDefault();
        return;
      }
      // Without a connection the browser would put its own error in the place of the page and all that was typed.
      if (!navigator.onLine && form.method === "post" && document.body.dataset.offline) {
        event.preventDefault();
        const told = form.querySelector("[data-offline-note]") || document.createElement("p");
        told.dataset.offlineNote = "";
        told.className = "error";
        told.setAttribute("role", "alert");
        told.textContent = document.body.dataset.offline;
        (event.submitter || form.lastElementChild).before(told);
        return;
      }
      form.querySelector("[data-offline-note]")?.remove();
      form.dataset.sending = "yes";
      const button = event.submitter || form.querySelector("[data-busy]");
      if (!button?.dataset.busy) return;
      const words = button.querySelector("span") || button;
      button.dataset.label = words.textContent;
      words.textContent = button.dataset.busy;
      button.setAttribute("aria-disabled", "true");
    });
    // Back from the next page: the form is ready again. The server's nonce keeps a second press from counting twice.
    addEventListener("pageshow", () => {
      for (const form of all("form[data-sending]")) delete form.dataset.sending;
      for (const button of all("[data-label][aria-disabled]")) {
        (button.querySelector("span") || button).textContent = button.dataset.label;
        button.removeAttribute("aria-disabled");
      }
    });
  }

  function growing(root) {
    for (const area of all("textarea[data-grow]", root)) {
      const grow = () => {
        if (area.scrollHeight > area.clientHeight) area.style.height = `${area.scrollHeight + 4}px`;
      };
      area.addEventListener("input", grow);
      grow();
    }
  }

  // Shown always, told to a screen reader only when it gets tight.
  function counting(root) {
    for (const count of all("[data-count]", root)) {
      const area = document.getElementById(count.dataset.count);
      const limit = area?.maxLength;
      if (!(limit > 0)) continue;
      const write = () => {
        const left = limit - area.value.length;
        count.setAttribute("aria-live", left < limit / 10 ? "polite" : "off");
        count.textContent = fill(count.dataset.left, left.toLocaleString(document.documentElement.lang));
      };
      area.addEventListener("input", write);
      write();
    }
  }

  function photos(root) {
    for (const input of all("input[data-photos]", root)) {
      const list = document.getElementById(input.dataset.photos);
      const limit = Number(input.dataset.limit) || Infinity;
      input.addEventListener("change", () => {
        for (const image of all("img", list)) URL.revokeObjectURL(image.src);
        list.replaceChildren();
        if (input.files.length > limit) {
          const item = document.createElement("li");
          item.className = "error";
          item.textContent = fill(list.dataset.tooMany, limit);
          list.append(item);
          input.value = "";
          return;
        }
        [...input.files].forEach((file, i) => {
          if (!file.type.startsWith("image/")) return;
          const image = new Image();
          image.alt = fill(list.dataset.alt, i + 1);
          image.src = URL.createObjectURL(file);
          const item = document.createElement("li");
          item.append(image);
          list.append(item);
        });
      });
    }
  }

  function locating(root) {
    if (!navigator.geolocation) return;
    for (const box of all("[data-locate]", root)) {
      const fields = [box.dataset.latitude, box.dataset.longitude].map((id) => document.getElementById(id));
      const [ask, clear] = all("button", box);
      const status = box.querySelector("[role=status]");
      const set = (values, words) => {
        fields.forEach((field, i) => (field.value = values[i]));
        clear.hidden = values[0] === "";
        status.textContent = words;
      };
      box.hidden = false;
      clear.hidden = fields[0].value === "";
      ask.addEventListener("click", () => {
        status.textContent = box.dataset.asking;
        navigator.geolocation.getCurrentPosition(
          ({ coords: c }) => set([c.latitude.toFixed(6), c.longitude.toFixed(6)], fill(box.dataset.found, Math.round(c.accuracy))),
          () => (status.textContent = box.dataset.failed),
          { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
        );
      });
      clear.addEventListener("click", () => set(["", ""], box.dataset.cleared));
    }
  }

  // The two words of a complaint: copied or printed by one press.
  function keeping(root) {
    for (const button of all("[data-copy]", root)) {
      if (!navigator.clipboard) continue;
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.querySelector("span").textContent = button.dataset.copied;
      });
    }
    for (const button of all("[data-print]", root)) {
      button.hidden = false;
      button.addEventListener("click", () => print());
    }
  }

  function enhance(root) {
    keeping(root);
    growing(root);
    counting(root);
    photos(root);
    locating(root);
  }

  enhance(document);
  drafts();
  sending();
  document.querySelector(".summary[data-focus]")?.focus();
  document.addEventListener("htmx:load", (event) => event.target !== document.body && enhance(event.target));
})();
