// Lets a file be dropped anywhere on a form, as if it had been chosen in its field. Without it the field does the same.
(function () {
  "use strict";
  for (const form of document.querySelectorAll("form[data-drop]")) {
    const field = form.elements[form.dataset.drop];
    const hint = form.querySelector("[data-drop-hint]");
    if (hint) hint.hidden = false;

    form.addEventListener("dragover", function (event) {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      form.classList.add("idle");
    });
    form.addEventListener("dragleave", function (event) {
      if (!form.contains(event.relatedTarget)) form.classList.remove("idle");
    });
    form.addEventListener("drop", function (event) {
      form.classList.remove("idle");
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      field.files = event.dataTransfer.files;
      field.focus();
    });
  }
})();
