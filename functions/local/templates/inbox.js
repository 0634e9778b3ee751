// Shows new messages as they arrive, tells the time in the reader's zone, and copies.
"use strict";

const PAUSE = 1500;
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

function tellTimes() {
  const now = new Date();
  for (const element of document.querySelectorAll("time[data-sent-at]")) {
    const sent = new Date(Number(element.dataset.sentAt));
    const age = now - sent;
    element.dateTime = sent.toISOString();
    element.title = full.format(sent);
    element.textContent =
      age < 60_000 ? "just now"
      : age < 3_600_000 ? `${Math.floor(age / 60_000)} min ago`
      : sent.toDateString() === now.toDateString() ? clock.format(sent)
      : day.format(sent);
  }
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    say("The browser does not let this page copy.");
    return;
  }
  say("Copied.");
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1200);
}

function say(text) {
  document.getElementById("said").textContent = text;
}

function live(reached) {
  const element = document.getElementById("live");
  if (element.classList.toggle("lost", !reached) !== (element.textContent === "stopped")) {
    element.textContent = reached ? "live" : "stopped";
  }
}

function replace(id, fresh) {
  document.getElementById(id).replaceWith(fresh.getElementById(id));
}

async function refresh() {
  const response = await fetch(location.pathname + location.search);
  if (!response.ok) throw new Error(response.statusText);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const [list, newList] = [document, fresh].map((page) => page.getElementById("list"));
  if (list.dataset.state === newList.dataset.state) return;
  const [reading, newReading] = [document, fresh].map((page) => page.getElementById("reading"));
  const focused = document.activeElement?.id;
  const scrolled = list.scrollTop;
  replace("list", fresh);
  newList.scrollTop = scrolled;
  if (reading.dataset.message !== newReading.dataset.message) replace("reading", fresh);
  if (focused?.startsWith("row-")) document.getElementById(focused)?.focus();
  document.title = fresh.title;
  say("A new message has arrived.");
}

async function watch() {
  if (!document.hidden) {
    try {
      await refresh();
      live(true);
    } catch {
      live(false);
    }
    tellTimes();
  }
  setTimeout(watch, PAUSE);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  if (button) copy(button);
});

tellTimes();
setTimeout(watch, PAUSE);
