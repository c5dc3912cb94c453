// What pages do better with JavaScript. All of them work without it.
//
// <time datetime>          is rewritten into the reader's time zone
// button[data-copy=ID]     copies the text of the element with that id
// select[data-submit]      sends its form when a choice is made with a pointer; with the keyboard
//                          it shows button[data-apply] of its form instead
// button[data-show=ID]     shows and hides the password in the field with that id
// .toast                   can be dismissed, and goes by itself
// main [data-poll]         asks for the page again until another state is in it, then goes there
// input[data-select-all]   ticks every checkbox of its form with that name
// button[data-needs=NAME]  is disabled until a checkbox with that name is ticked
// [data-unsaved]           warns before leaving, until a form is sent or its primary link is followed
// form                     is sent once, however often its button is pressed
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("js");

  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  function inWords(at) {
    const parts = new Intl.DateTimeFormat("en-US", {
      year: "numeric",
      month: "long",
      day: "numeric",
      hour: "numeric",
      minute: "2-digit",
    });
    const of = Object.fromEntries(parts.formatToParts(at).map((part) => [part.type, part.value]));
    return `${of.month} ${of.day}, ${of.year} at ${of.hour}:${of.minute} ${of.dayPeriod}`;
  }

  function localTimes() {
    for (const element of all("time[datetime]")) {
      const at = new Date(element.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      element.title = element.textContent;
      element.textContent = inWords(at);
    }
  }

  function copyButtons() {
    for (const button of all("button[data-copy]")) {
      const said = button.textContent;
      button.addEventListener("click", async () => {
        const source = document.getElementById(button.dataset.copy);
        try {
          await navigator.clipboard.writeText(source.textContent);
          button.textContent = "Copied";
          announce("Copied.");
        } catch {
          getSelection().selectAllChildren(source);
          button.textContent = "Selected";
          announce("Selected. Copy it with your keyboard.");
        }
        setTimeout(() => (button.textContent = said), 2000);
      });
    }
  }

  // For screen readers: what changes in a live region is read out.
  function announce(words) {
    const region = document.querySelector(".toasts");
    const line = document.createElement("span");
    line.className = "visually-hidden";
    line.textContent = words;
    region.append(line);
    setTimeout(() => line.remove(), 5000);
  }

  function passwords() {
    for (const button of all("button[data-show]")) {
      const field = document.getElementById(button.dataset.show);
      button.addEventListener("click", () => {
        const shown = field.type === "text";
        field.type = shown ? "password" : "text";
        button.textContent = shown ? "Show password" : "Hide password";
      });
      field.form.addEventListener("submit", () => (field.type = "password"));
    }
  }

  function toasts() {
    for (const toast of all(".toast")) {
      const region = toast.parentElement;
      const close = document.createElement("button");
      close.type = "button";
      close.textContent = "Dismiss";
      close.addEventListener("click", () => toast.remove());
      toast.append(close);
      // Taken out and put back, or it would have been there before anybody listened.
      toast.remove();
      setTimeout(() => region.append(toast), 100);
      let leaving = 0;
      const stay = () => clearTimeout(leaving);
      const leave = () => (leaving = setTimeout(() => toast.remove(), 10000));
      toast.addEventListener("mouseenter", stay);
      toast.addEventListener("focusin", stay);
      toast.addEventListener("mouseleave", leave);
      toast.addEventListener("focusout", leave);
      leave();
    }
  }

  function submittingSelects() {
    for (const select of all("select[data-submit]")) {
      let keyboard = false;
      select.addEventListener("keydown", (event) => (keyboard = event.key !== "Tab"));
      select.addEventListener("pointerdown", () => (keyboard = false));
      select.addEventListener("change", () => {
        // Arrow keys choose on the way to the choice that is meant.
        if (keyboard) all("[data-apply]", select.form).forEach((button) => button.classList.add("shown"));
        else select.form.requestSubmit();
      });
    }
  }

  function selections() {
    const boxes = (form, name) => all('input[type="checkbox"]').filter((box) => box.name === name && box.form === form);
    const refresh = () => {
      for (const button of all("button[data-needs]"))
        button.disabled = !boxes(button.form, button.dataset.needs).some((box) => box.checked);
      for (const every of all("input[data-select-all]")) {
        const ticked = boxes(every.form, every.dataset.selectAll).map((box) => box.checked);
        every.checked = ticked.length > 0 && !ticked.includes(false);
        every.indeterminate = !every.checked && ticked.includes(true);
      }
    };
    document.addEventListener("change", ({ target }) => {
      if (target.matches("input[data-select-all]"))
        for (const box of boxes(target.form, target.dataset.selectAll)) box.checked = target.checked;
      if (target.matches('input[type="checkbox"]')) refresh();
    });
    refresh();
  }

  function poll() {
    const here = document.querySelector("main [data-poll]");
    if (!here) return;
    // Read out once, not every quarter of a minute.
    const note = here.querySelector("[data-poll-note]");
    note.removeAttribute("role");
    const first = Number(here.dataset.poll) * 1000;
    let pause = first;
    let timer = 0;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(ask, pause);
    };
    async function ask() {
      // A page nobody looks at asks nothing; it asks at once when somebody looks again.
      if (document.hidden) return;
      try {
        const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const there = page.querySelector("main [data-poll]");
        if (answer.ok && !there) return location.replace(location.href);
        if (answer.ok) note.textContent = `Still pending as of ${inWords(new Date())}.`;
        pause = Math.min(pause * 1.25, 60000);
      } catch {
        pause = Math.min(pause * 2, 120000);
      }
      later();
    }
    document.addEventListener("visibilitychange", () => {
      clearTimeout(timer);
      if (document.hidden) return;
      pause = first;
      ask();
    });
    later();
  }

  function unsaved() {
    if (!document.querySelector("[data-unsaved]")) return;
    const warn = (event) => event.preventDefault();
    addEventListener("beforeunload", warn);
    const done = () => removeEventListener("beforeunload", warn);
    document.addEventListener("submit", done);
    all("[data-unsaved] a.primary").forEach((link) => link.addEventListener("click", done));
  }

  function onceOnly() {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (form.dataset.sent) return event.preventDefault();
      if (form.method !== "post") return;
      form.dataset.sent = "true";
      // After a while it may be pressed again: the answer may have been lost, or been another app.
      setTimeout(() => delete form.dataset.sent, 4000);
    });
    addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));
  }

  document.addEventListener("DOMContentLoaded", () => {
    localTimes();
    copyButtons();
    passwords();
    toasts();
    submittingSelects();
    selections();
    poll();
    unsaved();
    onceOnly();
    // On a phone the navigation is a line to scroll.
    const strip = document.querySelector(".side nav");
    const current = strip?.querySelector("[aria-current]");
    if (current) strip.scrollLeft = current.offsetLeft - strip.offsetLeft - 16;
  });
})();
