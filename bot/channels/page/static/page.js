// Makes the page livelier than its forms alone. All cards are made by the server; this only places them.
"use strict";
const $ = (id) => document.getElementById(id);
const [root, main, list, box, jump] = [document.documentElement, $("talk"), $("messages"), $("text"), $("jump")];
const words = list.dataset, title = document.title;
const SLOW = 800, DOTS = 400, RETRY = 5000, GIVE_UP = 12000, HIDDEN_FOR = 5 * 60000, NEAR = 120, STAMP = 5 * 60000;
const who = root.dataset.who, asWho = who ? `&who=${who}` : "";
let source = null, last = Number(words.last), unseen = 0, away = 0, seen = 0, missing = false, gone = false;

// Kept in this tab, as far as the browser lets us.
const kept = (store, name, value) => {
  try {
    if (value === undefined) return store().getItem("linli." + name);
    if (value === null) store().removeItem("linli." + name);
    else store().setItem("linli." + name, value);
  } catch { /* private windows may keep nothing */ }
  return null;
};
const tab = (name, value) => kept(() => sessionStorage, name, value);
const device = (name, value) => kept(() => localStorage, name, value);
const ask = (address, options = {}) =>
  fetch(address, { ...options, headers: { "X-Requested-With": "linli", ...options.headers } });
const copy = (name) => $(name).content.firstElementChild.cloneNode(true);
const parse = (html) => {
  const made = document.createElement("template");
  made.innerHTML = html;
  return [...made.content.children];
};

/* Where one reads */
const toEnd = () => main.scrollHeight - main.scrollTop - main.clientHeight;
const near = () => toEnd() < NEAR;
// An untouched page is read from its beginning, also where all of it fits.
const stays = () => near() && !!list.querySelector(".stamp, .own");
const goDown = (number) => {
  main.scrollTop = main.scrollHeight;
  // What is higher than the window is read from its beginning, and the line above it where that is short.
  let [first, answered] = list.querySelectorAll(`:is(.own, .turn)[data-number="${number}"]`);
  if (answered && first.offsetHeight > main.clientHeight / 3) first = answered;
  // A question gives up what is above it, so that at least it can be read itself.
  const asked = [...list.querySelectorAll(`.turn[data-number="${number}"] .question`)].at(-1);
  if (asked && main.scrollHeight - first.offsetTop > main.clientHeight) {
    first = asked.offsetHeight + 24 > main.clientHeight ? asked.querySelector(".complaint, .heading") || asked : asked;
  }
  if (first) main.scrollTop = Math.min(main.scrollTop, first.offsetTop - 8);
};
const news = () => list.querySelector(".news");
const see = (shown = false) => {
  if (document.hidden) return;
  away = 0;
  document.title = title;
  // What was put before one's eyes from its beginning is seen, also where it is too long for the window.
  if (!near() && !shown) return;
  unseen = 0;
  jump.hidden = true;
  if (seen < last) device("seen", seen = last);
};
const missed = (first) => {
  if (document.hidden) {
    away += 1;
    document.title = `(${away}) ${title}`;
    if (!news()) first.before(copy("news"));
  }
  unseen += 1;
  jump.textContent = "↓ " + (unseen === 1 ? words.oneNew : words.manyNew.replace("99", unseen));
  jump.hidden = near();
};

/* What has come: strictly in the order of its numbers */
const stamps = () => {
  let before = null;
  for (const stamp of list.querySelectorAll(".stamp")) {
    const at = new Date(stamp.dataset.at);
    const day = stamp.querySelector("span").textContent;
    stamp.querySelector("span").hidden = before !== null && day === before.day;
    stamp.hidden = before !== null && at - before.at <= STAMP;
    before = { at, day };
  }
};
const answer = () => {
  for (const one of list.querySelectorAll("[data-closed]")) {
    for (const number of one.dataset.closed.split(" ")) {
      const asked = list.querySelector(`[data-question="${number}"]:not([data-answered])`);
      if (!asked) continue;
      asked.dataset.answered = "";
      for (const button of asked.querySelectorAll("button[value^='answer ']")) {
        if (button.value === one.dataset.meant) button.dataset.chosen = "";
        else button.setAttribute("aria-disabled", "true");
      }
    }
  }
};
const announce = (lines) => {
  $("announcer").textContent = lines.filter(Boolean).join(" ");
  setTimeout(() => { $("announcer").textContent = ""; }, 1000);
};
const spoken = (made) => made.map((each) => each.querySelector("[data-spoken]")?.dataset.spoken);
const place = (made) => {
  const after = list.querySelector(".pending, .waits");
  if (after) after.before(...made);
  else list.append(...made);
};
const append = (exchange) => {
  const stay = near(), own = drop(exchange.message);
  if (exchange.language !== root.lang) return location.reload();
  list.querySelectorAll(".passing").forEach((each) => each.remove());
  const made = parse(exchange.html);
  last = exchange.number;
  place(made);
  stamps();
  answer();
  if (missing && !own && !news()) made[0].before(copy("news"));
  const shown = own || (stay && !document.hidden);
  if (shown) goDown(last);
  else missed(made[0]);
  if (missing && stay && news()) main.scrollTop = Math.min(main.scrollTop, news().offsetTop - 8);
  announce(spoken(made));
  see(shown);
};
let order = Promise.resolve();
const take = (exchanges) => {
  order = order.then(async () => {
    for (const exchange of exchanges) {
      if (exchange.number > last + 1) {
        const between = await (await ask(`/history?after=${last}${asWho}`)).json();
        if (between.changed) return leave();
        between.exchanges.filter((each) => each.number < exchange.number && each.number > last).forEach(append);
      }
      if (exchange.number > last) append(exchange);
      else drop(exchange.message);
    }
  }).catch(() => setTimeout(listen, RETRY));
  return order;
};
const forms = (asks) => {
  if (asks === undefined) return;
  const down = near(), height = main.clientHeight;
  $("form").hidden = !asks;
  $("menu").hidden = asks;
  if (down) main.scrollTop += height - main.clientHeight;
};
// What is kept nowhere: it stands at the end until something else is said.
const tell = (html) => {
  const made = document.createElement("li");
  made.className = "turn passing";
  made.innerHTML = html;
  list.querySelectorAll(".passing").forEach((each) => each.remove());
  place([made]);
  goDown();
  announce(spoken([made]));
};
// Another tab, or nobody knows who, made this browser somebody else: the page of that one is loaded.
const leave = () => {
  sending = true;
  source?.close();
  location.assign("/");
};
addEventListener("storage", (event) => { if (event.key === "linli.who" && event.newValue !== who && !gone) leave(); });
// Nobody is known here any more; the next line makes a new beginning.
const forget = () => {
  ["queue", "draft", "who"].forEach((each) => tab(each, null));
  device("seen", null);
  queue.length = 0;
  list.querySelectorAll(":scope > li:not(#older, #greeting)").forEach((each) => each.remove());
  source?.close();
  forms(false);
};
let asked = 0;
const beside = () => {
  clearTimeout(asked);
  if (!$("coming").checkVisibility?.()) return;
  asked = setTimeout(async () => {
    const got = await ask("/aside").catch(() => null);
    if (got?.ok) $("coming").innerHTML = await got.text();
  }, 200);
};
const apply = async (told) => {
  if (told.changed) return leave();
  const exchanges = told.exchanges || [told];
  // Before its question is placed: they take their room from it.
  if (exchanges.length) forms(told.asks);
  await take(exchanges);
  if (exchanges.length) beside();
  if (told.gone) {
    gone = true;
    forget();
    device("who", null);
  }
  if (told.notice) tell(told.notice);
};

/* What one says: in a queue, in order, each with its own name, so that saying it again never acts twice */
let queue = JSON.parse(tab("queue") || "[]");
let sending = false, state = "", timers = [];
const keep = () => tab("queue", queue.length ? JSON.stringify(queue) : null);
const bubble = (message) => list.querySelector(`.pending[data-message="${message}"]`);
const name = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const show = (item) => {
  const made = copy("own");
  made.dataset.message = item.message;
  made.querySelector("p span:last-child").textContent = item.label || item.text;
  list.append(made);
};
const status = (now) => {
  const down = near();
  state = now;
  for (const pending of list.querySelectorAll(".pending")) {
    const line = pending.querySelector("small");
    pending.classList.toggle("failed", now === "failed");
    line.textContent = now ? words[now] : "";
    if (now === "failed") {
      const again = document.createElement("button");
      again.type = "button";
      again.textContent = words.again;
      line.append(" ", again);
      again.onclick = () => { box.focus(); pump(); };
    }
  }
  if (down) goDown();
};
const waits = (on) => {
  list.querySelector(".waits")?.remove();
  if (!on) return;
  const down = near();
  list.append(copy("waiting"));
  if (down) goDown();
};
function drop(message) {
  const at = queue.findIndex((item) => item.message === message);
  if (at >= 0) queue.splice(at, 1), keep();
  const own = message && bubble(message);
  if (!own) return false;
  own.remove();
  waits(false);
  return true;
}
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const post = async (item, signal) => {
  const fields = new URLSearchParams({ message: item.message, after: last });
  if (who) fields.set("who", who);
  if (item.says) fields.set("says", item.says), fields.set("label", item.label);
  else fields.set("text", item.text);
  return ask("/", { method: "POST", body: fields, signal });
};
// Once, and again after a while; null where neither was answered in time.
const attempt = async (item) => {
  const started = Date.now();
  const until = (time) => Math.max(started + time - Date.now(), 0);
  for (const time of [RETRY, GIVE_UP]) {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), until(time));
    try {
      const answered = await post(item, stop.signal);
      if (answered.status < 500 || answered.headers.has("Retry-After")) return answered;
    } catch { /* no network, or no answer in time */ } finally { clearTimeout(late); }
    await pause(until(time));
    if (!queue.includes(item)) return null;
  }
  return null;
};
async function pump() {
  if (sending || !queue.length) return;
  if (!navigator.onLine) return status("waiting");
  sending = true;
  status("");
  timers = [setTimeout(() => waits(true), DOTS), setTimeout(() => status("sending"), SLOW)];
  const item = queue[0];
  const answered = await attempt(item);
  timers.forEach(clearTimeout);
  waits(false);
  const told = answered && !answered.redirected ? await answered.json().catch(() => null) : null;
  const later = answered && Number(answered.headers.get("Retry-After"));
  if (told?.changed) {
    item.again = false;
    keep();
    return leave();
  }
  if (later && queue.includes(item)) {
    // What is said meanwhile waits behind it.
    status("later");
    await pause(later * 1000);
    sending = false;
    return pump();
  }
  sending = false;
  // Its answer may have come down the other line.
  if (!queue.includes(item)) return pump();
  if (!answered) return status($("offline").textContent ? "waiting" : "failed");
  if (answered.status === 413) {
    const own = bubble(item.message);
    drop(item.message);
    list.append(own);
    own.classList.replace("pending", "failed");
    own.querySelector("small").textContent = words.long;
  } else if (answered.redirected) {
    // The browser was not known: the page it was led to is a new beginning.
    drop(item.message);
    if (item.text) tab("draft", item.text);
    return location.reload();
  } else if (!answered.ok || !told) return status("failed");
  else if (told.gone && !told.notice) {
    // Not heard, since the browser was not known: it is said again from the page of a newcomer, once.
    if (item.again) return status("failed");
    item.again = true;
    keep();
    return location.assign("/");
  }
  else {
    await apply(told);
    if (drop(item.message)) goDown();
  }
  pump();
}
const say = (item) => {
  queue.push({ message: name(), ...item });
  keep();
  show(queue.at(-1));
  news()?.remove();
  goDown();
  missing = false;
  if (state) status(state);
  pump();
};
document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  if (form.id === "press" && button) {
    event.preventDefault();
    say({ says: button.value, label: (button.querySelector(":scope > span:last-child") || button).textContent });
  } else if (form.id === "write") {
    event.preventDefault();
    const text = box.value.trim();
    box.value = "";
    tab("draft", null);
    box.focus();
    if (text) say({ text });
  } else if (form.matches(".display")) {
    event.preventDefault();
    const down = stays();
    root.dataset[button.name] = button.value;
    for (const each of document.querySelectorAll(`button[name=${button.name}]`)) each.setAttribute("aria-pressed", each === button);
    const { size, theme } = root.dataset;
    ask("/display", { method: "POST", body: new URLSearchParams({ size, theme }) }).catch(() => {});
    if (down) goDown();
  } else if (form.id === "forget") {
    forget();
  } else if (event.submitter?.id === "open") {
    event.preventDefault();
    $("display").showModal();
  }
});
// Some browsers end the composition before the key comes, and only its number tells.
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
    event.preventDefault();
    $("write").requestSubmit();
  } else if (/^Page(Up|Down)$/.test(event.key) && !box.value) {
    event.preventDefault();
    main.scrollBy(0, (event.key === "PageUp" ? -.9 : .9) * main.clientHeight);
  }
});
box.addEventListener("input", () => tab("draft", box.value || null));
box.required = false;
jump.onclick = () => { goDown(last); see(); box.focus(); };
$("display").addEventListener("click", (event) => { if (event.target === $("display")) $("display").close(); });

/* Earlier ones */
let fetching = false;
const earlier = async () => {
  if (fetching || $("older").hidden) return;
  fetching = true;
  try {
    const told = await (await ask(`/history?before=${words.first}${asWho}`)).json();
    if (told.changed) return leave();
    const height = main.scrollHeight, top = main.scrollTop;
    $("older").hidden = !told.older;
    $("greeting").hidden = told.older;
    $("greeting").after(...told.exchanges.flatMap((each) => parse(each.html)));
    if (told.exchanges.length) words.first = told.exchanges[0].number;
    stamps();
    answer();
    main.scrollTop = top + main.scrollHeight - height;
  } catch { /* the link is still there */ }
  fetching = false;
};
$("older").onclick = (event) => { event.preventDefault(); earlier(); };
let keyboard = false;
main.addEventListener("scroll", () => {
  if (main.scrollTop < 80) earlier();
  if (!keyboard) see();
}, { passive: true });

/* The line down */
let closing = 0, broken = 0, pauses = RETRY;
const offline = (on) => {
  const said = on ? $("offline").dataset.words : "";
  if ($("offline").textContent !== said) $("offline").textContent = said;
  if (on && queue.length && !sending) status("waiting");
};
const listen = () => {
  if (gone) return;
  source?.close();
  source = new EventSource(`/events?after=${last}${asWho}`);
  source.onopen = () => {
    clearTimeout(broken);
    broken = 0;
    pauses = RETRY;
    offline(!navigator.onLine);
    if (missing) setTimeout(() => { missing = false; }, RETRY);
    if (queue.length && state) pump();
  };
  source.onmessage = (event) => apply(JSON.parse(event.data));
  source.onerror = () => {
    broken ||= setTimeout(() => {
      broken = 0;
      offline(true);
      pauses = Math.min(pauses * 2, 60000);
      if (source?.readyState === EventSource.CLOSED) listen();
      pump();
    }, pauses);
  };
};
document.addEventListener("visibilitychange", () => {
  clearTimeout(closing);
  if (document.hidden) {
    if (!unseen) news()?.remove();
    closing = setTimeout(() => { source?.close(); source = null; }, HIDDEN_FOR);
  } else {
    // What comes at once now came while nobody looked.
    missing = true;
    if (away && news()) news().scrollIntoView();
    see();
    listen();
  }
});
addEventListener("online", () => { offline(false); listen(); pump(); });
addEventListener("offline", () => offline(true));

/* iOS lays its keyboard over the page and tells only here */
const fit = () => {
  const { height, offsetTop, scale } = visualViewport;
  if (scale > 1) return;
  const down = stays();
  keyboard = true;
  root.style.setProperty("--height", `${height}px`);
  root.style.setProperty("--top", `${offsetTop}px`);
  if (down) goDown();
  keyboard = false;
};
window.visualViewport?.addEventListener("resize", fit);
window.visualViewport?.addEventListener("scroll", fit);

/* At the beginning */
if (tab("who") && tab("who") !== who) {
  // Said by somebody else and not heard: it is not sent in another's name, only kept to be read again.
  const unheard = queue.filter((item) => !item.again && item.text).map((item) => item.text);
  queue = queue.filter((item) => item.again);
  keep();
  tab("draft", [...unheard, tab("draft")].filter(Boolean).join("\n") || null);
}
if (who) {
  tab("who", who);
  if (device("who") !== who) device("seen", null), device("who", who);
}
seen = Number(device("seen"));
const firstUnseen = seen && [...list.querySelectorAll(".stamp")].find((each) => Number(each.dataset.number) > seen);
box.value ||= tab("draft") || "";
queue.forEach(show);
if (firstUnseen) {
  firstUnseen.before(copy("news"));
  main.scrollTop = news().offsetTop - 8;
} else if (last) goDown(last);
see(!firstUnseen);
if (!navigator.onLine) offline(true);
else listen();
pump();
if (matchMedia("(hover: hover)").matches) box.focus({ preventScroll: true });
