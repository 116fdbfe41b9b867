// Keeps a queue page up to date: one's own number, and the large screen of a hall, which also speaks. Both ask for the
// hall's board, seldom while the turn is far away, often when it is near, hardly at all while nobody looks: how often
// stands on the board itself (`poll`). The words come from the page, in data attributes or as they stand in it.
(() => {
  "use strict";
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const store = (() => {
    try {
      sessionStorage.getItem("queue");
      return { get: (k) => sessionStorage.getItem(k), set: (k, v) => sessionStorage.setItem(k, v) };
    } catch {
      return { get: () => null, set: () => {} }; // the browser forbids it
    }
  })();

  // Asks again and again; `wait(board)` says how many seconds from now. What does not answer is asked ever more rarely.
  function follow(address, heard, wait, lost = () => {}) {
    let timer = 0;
    let failures = 0;
    let board = null;
    let shift = 0; // how far the server's clock is ahead of ours
    const later = () => {
      clearTimeout(timer);
      const base = board ? wait(board, Date.now() / 1000 + shift) : 10;
      const hidden = document.hidden && board ? board.poll.hidden : 1;
      const seconds = Math.min(300, base * hidden * 2 ** Math.min(failures, 5));
      timer = setTimeout(ask, seconds * 1000 * (0.9 + 0.2 * Math.random())); // never all pages at once
    };
    async function ask() {
      clearTimeout(timer);
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "omit" });
        if (!answer.ok) throw new Error(String(answer.status));
        const said = Date.parse(answer.headers.get("Date"));
        if (said) shift = Math.max(-86400, Math.min(86400, (said - Date.now()) / 1000));
        board = await answer.json();
        if (failures) lost(false);
        failures = 0;
        await heard(board, Date.now() / 1000 + shift);
      } catch {
        failures += 1;
        lost(true);
      }
      later();
    }
    document.addEventListener("visibilitychange", () => document.hidden || ask());
    addEventListener("online", ask);
    ask();
  }

  // One's own number. When it is called, held, finished, the page itself says what that means: it is loaded anew.
  function ticket(section) {
    const { ticketLabel: label, ticketLine: lineId } = section.dataset;
    const put = (name, words) => {
      const place = section.querySelector(`[data-${name}]`);
      if (place && words !== null && place.textContent !== words) place.textContent = words;
    };
    const text = (name, values) => {
      const pattern = section.querySelector(`[data-${name}]`)?.dataset.text ?? section.dataset[`${name}Text`];
      return pattern ? fill(pattern, values) : null;
    };
    const clock = new Intl.DateTimeFormat(document.documentElement.lang || "id", {
      hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: section.dataset.zone || undefined,
    });
    const spell = (second) => clock.format(new Date(second * 1000));
    let before = section.dataset.ticketState || null;
    let missing = 0;
    let low = Infinity;

    let coming = null;
    function anew() {
      if (coming !== null) return;
      // The board may be a few seconds behind the page: a second change soon after is shown later, never dropped.
      const early = 15000 - (Date.now() - Number(store.get("queue-reload") || 0));
      coming = setTimeout(() => {
        store.set("queue-reload", String(Date.now()));
        location.reload();
      }, Math.max(0, early));
    }

    function heard(board, now) {
      const line = board.lines.find((one) => String(one.id) === lineId);
      const place = line ? line.waiting.indexOf(label) : -1;
      const counter = board.counters.find((one) => one.label === label);
      const state = place >= 0 ? "waiting" : counter ? "called" : "away";
      missing = state === "away" ? missing + 1 : 0;
      // Drawn a moment ago, the number may not be on the board yet; once it was there, its going means something.
      if (before !== null && state !== before && (state !== "away" || before === "called" || missing > 1)) anew();
      if (state !== "away") before = state;
      else if (before === null) before = "away";
      if (place >= 0) {
        put("ahead", text("ahead", { n: place }) ?? String(place));
        const range = line.ranges[place];
        low = range ? Math.max(0, range[0] - now) : Infinity;
        if (place < 3) low = 0;
        if (range) put("range", text("range", { from: spell(range[0]), until: spell(range[1]) }) ?? `${spell(range[0])}–${spell(range[1])}`);
      } else low = 0;
      const last = board.calls.find((call) => line && call.label.startsWith(`${line.prefix}-`));
      if (last) put("called", text("called", { label: last.label, counter: last.counter }) ?? last.label);
    }

    for (const note of section.querySelectorAll("[data-live]")) note.hidden = false;
    const wait = ({ poll }) => Math.min(poll.far, Math.max(poll.near, low === Infinity ? poll.far : low * poll.share));
    follow(section.dataset.queueBoard, heard, wait);
  }

  // The large screen: its changing part comes as a piece of the page whenever the board has changed.
  function display(screen) {
    const button = document.querySelector("[data-hall-sound]");
    const note = document.querySelector("[data-hall-note]");
    const away = document.querySelector("[data-hall-lost]");
    const time = document.querySelector("[data-hall-clock]");
    const calls = () => [...screen.querySelectorAll("[data-hall-calls] [data-call]")].map((e) => ({ id: Number(e.dataset.call), say: e.dataset.say }));
    let spoken = Math.max(0, ...calls().map((call) => call.id));
    let shown = null;
    const voice = speaker(button, note);

    const clock = new Intl.DateTimeFormat(document.documentElement.lang || "id", {
      hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: time.dataset.zone || undefined, // the hall's, whatever the device's is
    });
    const tick = () => (time.textContent = clock.format(new Date()));
    tick();
    setInterval(tick, 5000);
    navigator.wakeLock?.request("screen").catch(() => {}); // a screen that goes dark calls nobody

    async function heard(board) {
      const { poll, ...content } = board;
      const now = JSON.stringify(content);
      if (now === shown) return;
      const answer = await fetch(screen.dataset.hallPart);
      if (!answer.ok) throw new Error(String(answer.status));
      const piece = new DOMParser().parseFromString(await answer.text(), "text/html");
      screen.replaceChildren(...piece.body.childNodes);
      shown = now;
      const fresh = calls().filter((call) => call.id > spoken).reverse();
      if (!fresh.length) return;
      spoken = fresh[fresh.length - 1].id;
      screen.querySelector(".hall-call")?.classList.add("fresh");
      for (const call of fresh) voice(call.say);
    }
    follow(screen.dataset.hallBoard, heard, ({ poll }) => poll.display, (lost) => (away.hidden = !lost));
  }

  // Speaks one call after the other, each behind a bell. Browsers let a page speak only after somebody has pressed
  // something on it: hence the button. A device without an Indonesian voice rings the bell only, and says so.
  function speaker(button, note) {
    const ON = "hall-sound";
    const speech = window.speechSynthesis;
    const Audio = window.AudioContext;
    let context = null;
    let on = false;
    let queue = Promise.resolve();
    const indonesian = () => speech?.getVoices().find((one) => /^(id|in)\b/i.test(one.lang)) ?? null;

    function set(wanted) {
      on = wanted;
      button.setAttribute("aria-pressed", String(on));
      button.querySelector("span").textContent = on ? button.dataset.on : button.dataset.off;
      if (on && Audio) {
        context ??= new Audio();
        context.resume();
      }
      // The list of voices may come a moment later.
      setTimeout(() => (note.textContent = on && !indonesian() ? button.dataset.silent : ""), 1500);
      store.set(ON, on ? "1" : "");
    }

    const ring = () =>
      new Promise((done) => {
        if (!context || context.state !== "running") return done();
        [[659, 0], [523, 0.35]].forEach(([pitch, at]) => {
          const tone = context.createOscillator();
          const level = context.createGain();
          tone.frequency.value = pitch;
          level.gain.setValueAtTime(0.35, context.currentTime + at);
          level.gain.exponentialRampToValueAtTime(0.001, context.currentTime + at + 0.7);
          tone.connect(level).connect(context.destination);
          tone.start(context.currentTime + at);
          tone.stop(context.currentTime + at + 0.7);
        });
        setTimeout(done, 1000);
      });

    const say = (words) =>
      new Promise((done) => {
        const voice = indonesian();
        if (!voice) return done();
        const call = new SpeechSynthesisUtterance(words);
        call.lang = "id-ID";
        call.voice = voice;
        call.rate = 0.9;
        const end = setTimeout(done, 15000); // some browsers forget to say that they are done
        call.onend = call.onerror = () => (clearTimeout(end), done());
        speech.speak(call);
      });

    if (speech || Audio) {
      button.hidden = false;
      button.addEventListener("click", () => set(!on));
      if (store.get(ON)) set(true); // loaded anew: on as before, as far as the browser lets it
    }
    return (words) => {
      queue = queue.then(async () => {
        if (!on) return;
        await ring();
        await say(words);
      });
    };
  }

  for (const section of document.querySelectorAll("[data-queue-board]")) ticket(section);
  for (const screen of document.querySelectorAll("[data-hall-board]")) display(screen);
})();
