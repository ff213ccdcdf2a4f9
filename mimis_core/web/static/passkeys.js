// Forms of class "passkey": asks the browser's authenticator what data-options says and sends its answer.
"use strict";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function read(options) {
  const withBytes = (known) => (known || []).map((one) => ({ ...one, id: toBytes(one.id) }));
  const asked = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) asked.user = { ...options.user, id: toBytes(options.user.id) };
  if (options.excludeCredentials) asked.excludeCredentials = withBytes(options.excludeCredentials);
  if (options.allowCredentials) asked.allowCredentials = withBytes(options.allowCredentials);
  return asked;
}

function write(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = toText(made.response[name]);
  }
  return JSON.stringify({ id: made.id, rawId: toText(made.rawId), type: made.type, response });
}

async function ask(form) {
  const publicKey = read(JSON.parse(form.dataset.options));
  const made = await navigator.credentials[form.dataset.kind]({ publicKey });
  form.elements.answer.value = write(made);
  form.submit();
}

for (const form of document.querySelectorAll("form.passkey")) {
  // Before this the browser would send the form without an answer.
  form.querySelector("button").disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const notice = form.querySelector("[role=alert]");
    notice.hidden = true;
    ask(form).catch(() => { notice.hidden = false; });
  });
}
