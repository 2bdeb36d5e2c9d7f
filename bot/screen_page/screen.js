// Fetches what the screen shows now, as soon as that is something new; nothing is loaded anew but this.
"use strict";
const RETRY = 3000, PATIENCE = 10000;
const next = () => Number(document.querySelector("main").dataset.seconds) * 1000 + 150;
const load = async () => {
  try {
    const answer = await fetch(`${location.pathname}/now`, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    // It is over: then the server says so itself.
    if (answer.status === 410) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    document.querySelector("main").replaceWith(made.content.querySelector("main"));
    document.body.classList.remove("late");
    setTimeout(load, next());
  } catch {
    // An old code is refused: that is to be seen from afar.
    document.body.classList.add("late");
    setTimeout(load, RETRY);
  }
};
setTimeout(load, next());
