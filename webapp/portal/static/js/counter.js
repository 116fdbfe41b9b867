// An open counter. Buttons send by htmx, so that a lost connection leaves the page as it is and says so; what was
// pressed can be pressed again, for the server knows which number was meant.
(() => {
  "use strict";
  const lost = document.querySelector("[data-lost]");
  const say = (gone) => { if (lost) lost.hidden = !gone; };

  document.addEventListener("htmx:sendError", () => say(true));
  document.addEventListener("htmx:timeout", () => say(true));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) say(false); });
  addEventListener("offline", () => say(true));
  addEventListener("online", () => {
    say(false);
    window.htmx?.trigger("#counter-waiting", "look");
  });
  // Signed out, or a page too old: the page as it is now says what to do.
  document.addEventListener("htmx:responseError", (event) => {
    if ([400, 401, 403].includes(event.detail.xhr.status)) location.assign(location.pathname);
    else say(true);
  });

  // A key that is held down presses once: the next citizen is not finished by a heavy hand.
  document.addEventListener("keydown", (event) => {
    if (event.repeat && (event.key === "Enter" || event.key === " ") && event.target.closest?.("#counter button")) event.preventDefault();
  });

  // While a button's request is under way it says so, as elsewhere.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const button = event.detail.elt.querySelector?.("button[data-busy]");
    if (!button) return;
    const words = button.querySelector("span");
    button.dataset.label = words.textContent;
    words.textContent = button.dataset.busy;
    button.setAttribute("aria-disabled", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const button = event.detail.elt.querySelector?.("button[data-label]");
    if (!button) return;
    button.querySelector("span").textContent = button.dataset.label;
    button.removeAttribute("aria-disabled");
    delete button.dataset.label;
  });
})();
