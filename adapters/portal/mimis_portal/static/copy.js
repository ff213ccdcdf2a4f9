// Puts buttons under a link that is to be taken along: one copies it, one hands it to the phone's own way of sending.
// Without it a press on the link selects all of it.
(function () {
  "use strict";
  function button(link, words, press) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "second";
    made.textContent = words;
    if (link.dataset.about) made.setAttribute("aria-describedby", link.dataset.about);
    made.addEventListener("click", press);
    return made;
  }
  for (const link of document.querySelectorAll("[data-copy]")) {
    const address = link.textContent.trim();
    const row = document.createElement("div");
    const said = document.createElement("span");
    row.className = "actions";
    said.setAttribute("role", "status");
    if (navigator.clipboard) {
      row.append(button(link, link.dataset.copy, async function () {
        await navigator.clipboard.writeText(address);
        said.textContent = link.dataset.copied;
      }));
    }
    if (navigator.share) {
      row.append(button(link, link.dataset.send, async function () {
        try {
          await navigator.share({ url: address });
        } catch (error) {
          if (error.name !== "AbortError") throw error; // she has changed her mind, which is no fault
        }
      }));
    }
    if (!row.children.length) continue;
    row.append(said);
    link.after(row);
  }
})();
