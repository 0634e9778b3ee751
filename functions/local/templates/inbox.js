// Shows new messages as they arrive, tells the time in the reader's zone, fits the mail's frame, and copies.
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
  const { copy, copyText } = button.dataset;
  try {
    await navigator.clipboard.writeText(copy ?? document.getElementById(copyText).textContent);
  } catch {
    say("The browser does not let this page copy.");
    return;
  }
  say("Copied.");
  if (button.classList.contains("copied")) return;
  const label = [...button.childNodes];
  // Its neighbours stay where they are while it says something else.
  button.style.minWidth = `${button.offsetWidth}px`;
  button.classList.add("copied");
  button.replaceChildren("Copied");
  setTimeout(() => {
    button.classList.remove("copied");
    button.replaceChildren(...label);
    button.style.minWidth = "";
  }, 1200);
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

let fittedWidth;
const frames = new ResizeObserver(([{ target }]) => {
  // A mail changes its height with its width alone. It is fitted in the next frame, as a size that is set
  // while sizes are observed counts as an error.
  if (target.clientWidth !== fittedWidth) requestAnimationFrame(() => fit(target));
});

function observe(frame) {
  fit(frame);
  frames.disconnect();
  frames.observe(frame);
}

function fit(frame) {
  const mail = frame.contentDocument;
  // The load event comes back here for what is not there yet.
  if (mail?.readyState !== "complete" || mail.URL === "about:blank") return;
  fittedWidth = frame.clientWidth;
  const border = frame.offsetHeight - frame.clientHeight;
  // What scrolls around the frame would jump if the frame's place shrank as well.
  frame.style.marginBottom = `${frame.offsetHeight}px`;
  frame.style.minHeight = frame.style.height = "0";
  const height = (mail.scrollingElement ?? mail.documentElement).scrollHeight;
  frame.style.height = `${height + border}px`;
  frame.style.minHeight = frame.style.marginBottom = "";
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
  const [shown, toShow] = [reading, newReading].map((pane) => pane.dataset.message);
  if (shown !== toShow) replace("reading", fresh);
  // How to begin stands in the middle until there is a message, and at the side from then on.
  if (!shown !== !toShow) replace("side", fresh);
  if (focused?.startsWith("row-")) document.getElementById(focused)?.focus();
  document.title = fresh.title;
  if (toShow) say("A new message has arrived.");
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
  const button = event.target.closest("button[data-copy], button[data-copy-text]");
  if (button) copy(button);
});

// A load event does not bubble, and the frame is replaced with its message.
document.addEventListener("load", (event) => {
  if (event.target instanceof HTMLIFrameElement) observe(event.target);
}, true);
for (const frame of document.querySelectorAll("iframe")) observe(frame);

tellTimes();
setTimeout(watch, PAUSE);
