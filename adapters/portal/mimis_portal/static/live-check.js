// Shows how a catalogue entry stands while it is being written. Without it, the button "Save and check" does the same.
(function () {
  "use strict";
  const form = document.querySelector("form[data-check]");
  const result = document.getElementById("check-result");
  const said = document.getElementById("check-said");
  if (!form || !result || !said) return;
  const PAUSE = 800;
  let timer = 0;
  let asking = null;

  async function ask() {
    if (asking) asking.abort();
    asking = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    let answer;
    try {
      answer = await fetch(form.dataset.check, { method: "POST", body, redirect: "error", signal: asking.signal });
    } catch (error) {
      return; // a newer question took its place, or the server is away: the button still works
    }
    if (!answer.ok) return;
    result.innerHTML = await answer.text();
    const { summary, tone } = result.querySelector("[data-summary]").dataset;
    if (said.textContent === summary) return; // or it would be read aloud again
    said.textContent = summary;
    said.className = `notice ${tone}`;
  }

  form.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
})();
