// Keyboard first on the desks: j and k walk through the list, Enter opens (as a link does), / searches, ? shows the
// keys, Ctrl+Enter sends. Single letters can be switched off for those who dictate (WCAG 2.1.4); that choice stays on
// this machine.
(() => {
  "use strict";
  const OFF = "keys-off";
  const dialog = document.querySelector("dialog[data-keys]");
  const box = dialog?.querySelector("[data-keys-on]");
  const opener = document.querySelector("[data-keys-open]");
  const store = {
    get: () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } },
    set: (off) => { try { localStorage.setItem(OFF, off ? "1" : "0"); } catch { /* lasts for this page only */ } },
  };
  let off = store.get();
  const shown = performance.now();

  const items = () => [...document.querySelectorAll("[data-desk-list] a.item, [data-desk-list] tbody th a")];
  const typing = (e) => e.isContentEditable || /^(TEXTAREA|SELECT)$/.test(e.tagName) || (e.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(e.type));

  function walk(step) {
    const list = items();
    if (!list.length) return;
    const focused = list.indexOf(document.activeElement);
    const from = focused >= 0 ? focused : list.findIndex((a) => a.hasAttribute("aria-current"));
    const next = list[from < 0 ? 0 : Math.min(Math.max(from + step, 0), list.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function search() {
    const field = document.querySelector("[data-desk-search]");
    field?.focus();
    field?.select();
    return Boolean(field);
  }

  // Ticks the box beside the entry that has the focus, where several can be decided at once.
  function tick() {
    const link = document.activeElement?.closest?.("a.item");
    const row = link?.closest(".pick") || (link && [...document.querySelectorAll(".pick")].find((one) => one.querySelector("a.item")?.href === link.href));
    const box = row?.querySelector("input[type=checkbox]");
    if (box) box.checked = !box.checked;
    return Boolean(box);
  }

  const keys = { x: tick, j: () => walk(1), k: () => walk(-1), "/": search, "?": () => dialog?.showModal() };

  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && at.form) {
      event.preventDefault();
      at.form.requestSubmit(at.form.querySelector("button[type=submit]") || undefined);
      return;
    }
    if (event.key === "Escape" && at.matches?.("[data-desk-search]")) at.blur();
    if (off || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(at) || dialog?.open) return;
    const action = keys[event.key];
    // A key of the list that finds nothing to do here may be that of a button.
    if (action && action() !== false) {
      event.preventDefault();
      return;
    }
    // A number chooses the candidate that bears it; what that does is said beside it, and can be taken back. Held down
    // it counts once, and so does a press that was meant for the case before: the next one comes up under the finger.
    const pressed = /^[1-9]$/.test(event.key) && !event.repeat && performance.now() - shown > 700 && document.querySelector(`[data-press="${event.key}"]`);
    if (pressed) {
      event.preventDefault();
      pressed.click();
      return;
    }
    if (!/^[a-z]$/.test(event.key)) return;
    const wanted = document.querySelector(`[data-key="${event.key}"]`);
    if (!wanted) return;
    event.preventDefault();
    // A letter never sends anything: it brings one to the button, Enter presses it. Links are opened.
    if (wanted.tagName === "A") wanted.click();
    else if (wanted.tagName === "SUMMARY") {
      wanted.parentElement.open = true;
      (wanted.parentElement.querySelector("textarea, input:not([type=hidden]), select") || wanted).focus();
    }
    else wanted.focus();
  });

  if (dialog && opener) {
    opener.hidden = false;
    opener.addEventListener("click", () => dialog.showModal());
    box.checked = !off;
    box.addEventListener("change", () => {
      off = !box.checked;
      store.set(off);
    });
  }

  // Links folded under a word of the header fold away again by Escape, or when one goes on elsewhere.
  for (const fold of document.querySelectorAll("[data-fold]")) {
    const leave = (event) => { if (fold.open && !fold.contains(event.target)) fold.open = false; };
    document.addEventListener("click", leave);
    document.addEventListener("focusin", leave);
    fold.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !fold.open) return;
      fold.open = false;
      fold.querySelector("summary").focus();
    });
  }

  // A piece of the page in which somebody has opened something does not fetch itself anew until it is closed again.
  // Nor does one that nobody looks at: hundreds of desks stay open in tabs behind others.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const piece = event.detail.elt;
    if (piece.getAttribute("hx-trigger")?.startsWith("every") && document.hidden) event.preventDefault();
    if (piece.getAttribute("hx-trigger")?.startsWith("every") && piece.querySelector("details[open]")) event.preventDefault();
  });

  // A piece of the page that fetched itself anew must not take the focus away from who is reading it.
  let focusedHref = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const inside = event.detail.target.contains(document.activeElement);
    focusedHref = inside ? document.activeElement.getAttribute("href") : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (focusedHref === null) return;
    document.querySelector(`a[href="${CSS.escape(focusedHref)}"]`)?.focus({ preventScroll: true });
    focusedHref = null;
  });
})();
