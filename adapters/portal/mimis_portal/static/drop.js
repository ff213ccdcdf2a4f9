// Lets a file or a link be dropped anywhere on a form, as if it had been chosen or written in its field. Without it the
// fields do the same.
(function () {
  "use strict";
  for (const form of document.querySelectorAll("form[data-drop]")) {
    const field = form.elements[form.dataset.drop];
    const line = form.elements[form.dataset.dropLink];
    const hint = form.querySelector("[data-drop-hint]");
    if (hint) hint.hidden = false;

    form.addEventListener("dragover", function (event) {
      const kinds = event.dataTransfer.types;
      if (!kinds.includes("Files") && !(line && kinds.includes("text/uri-list"))) return;
      event.preventDefault();
      form.classList.add("idle");
    });
    form.addEventListener("dragleave", function (event) {
      if (!form.contains(event.relatedTarget)) form.classList.remove("idle");
    });
    form.addEventListener("drop", function (event) {
      form.classList.remove("idle");
      const link = line ? event.dataTransfer.getData("text/uri-list").split("\n")[0].trim() : "";
      if (!event.dataTransfer.files.length && !link) return;
      event.preventDefault();
      if (!event.dataTransfer.files.length) {
        const folded = line.closest("details");
        if (folded) folded.open = true;
        line.value = link;
        line.focus();
        return;
      }
      field.files = event.dataTransfer.files;
      field.focus();
    });
  }
})();
