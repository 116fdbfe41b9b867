// The page at the door. It prints a number once, forgets what the last person touched, and always begins anew: a form
// that the browser kept from the person before would give the next one the same number.
(() => {
  "use strict";
  const start = document.querySelector("[data-kiosk-start]");
  if (!start) return;
  addEventListener("pageshow", (event) => {
    const came = event.persisted ? "back_forward" : performance.getEntriesByType("navigation")[0]?.type;
    if (came === "back_forward") location.replace(start.dataset.kioskStart);
    if ("kioskPrint" in start.dataset && came === "navigate") print();
  });
  let timer;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => location.replace(start.dataset.kioskStart), Number(start.dataset.kioskIdle) * 1000);
  };
  for (const touched of ["pointerdown", "keydown", "change"]) addEventListener(touched, again);
  again();
})();
