// Keys: everything that they do can be done without them, and without scripts.
"use strict";
(() => {
  const places = { o: "/", p: "/people", a: "/apps", q: "/queue", c: "/cases", f: "/findings", r: "/runs" };
  let isGoing = false;
  let at = -1;

  const rows = () => [...document.querySelectorAll("main tbody tr")].filter((row) => row.querySelector("a"));

  function move(by) {
    const found = rows();
    if (!found.length) return;
    at = Math.max(0, Math.min(found.length - 1, at + by));
    found.forEach((row, number) => row.classList.toggle("at", number === at));
    found[at].querySelector("a").focus({ preventScroll: true });
    found[at].scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target.closest("input, textarea, select");
    if (field) {
      if (event.key === "Escape") field.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    if (isGoing) {
      isGoing = false;
      if (places[event.key]) location.assign(places[event.key]);
      return;
    }
    const button = document.querySelector(`button[data-key="${CSS.escape(event.key)}"]:not(:disabled)`);
    if (event.key === "/") {
      event.preventDefault();
      document.getElementById("q").select();
    } else if (event.key === "?") document.getElementById("keys").showModal();
    else if (event.key === "g") isGoing = true;
    else if (button) button.click();
    else if (event.key === "j" || event.key === "k") {
      const link = document.getElementById(event.key === "j" ? "after" : "before");
      if (link) location.assign(link.href);
      else if (!document.querySelector("button[data-key]")) move(event.key === "j" ? 1 : -1);
    }
  });
})();
