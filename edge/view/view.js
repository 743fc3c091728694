"use strict";
// The page is the same without this; with it, it looks again every second and need not be reloaded.
setInterval(async () => {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const seen = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("main").replaceWith(seen.querySelector("main"));
    document.body.classList.remove("gone");
  } catch {
    document.body.classList.add("gone");
  }
}, 1000);
