"use strict";
/* Files go in pieces, each from the offset the server names: a cut of the line costs one piece, not the file.
   Where this cannot run, the form sends the file itself. */
(() => {
  const PIECE = 256 * 1024;
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  async function hash(file) {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /* Asks until there is an answer; whoever is away for long comes back to the same place. */
  async function ask(url, options, lost) {
    for (let round = 0; ; round += 1) {
      try {
        const answer = await fetch(url, { method: "POST", ...options });
        if (answer.status < 500 && answer.status !== 400) return answer;
      } catch {
        /* no connection */
      }
      lost();
      await pause(Math.min(8000, 500 * 2 ** round));
    }
  }

  async function send(file, url, token, show) {
    const headers = { "X-CSRFToken": token };
    const told = new URLSearchParams({ name: file.name, size: file.size, sha256: await hash(file) });
    const announced = await ask(url, { headers, body: told }, () => show("lost"));
    if (announced.redirected) throw new Error("");
    const start = await announced.json();
    if (!announced.ok) throw new Error(start.error);
    let offset = start.offset;
    while (offset < file.size) {
      show("sending", offset / file.size);
      const piece = file.slice(offset, offset + PIECE);
      const options = { headers: { ...headers, "Upload-Offset": offset, "Content-Type": "application/octet-stream" }, body: piece };
      const answer = await ask(`${url}${start.key}/`, options, () => show("lost", offset / file.size));
      if (answer.redirected || (!answer.ok && answer.status !== 409)) throw new Error("");
      offset = (await answer.json()).offset;
    }
    show("sending", 1);
    return start.key;
  }

  function shower(form) {
    const line = form.querySelector("[data-upload-status]");
    return (state, part = 0) => {
      line.hidden = false;
      line.querySelector("progress").value = part;
      const words = line.querySelector("span");
      const said = state === "sending" ? `${line.dataset.sending} ${Math.floor(part * 100)}%` : line.dataset[state];
      if (words.textContent !== said) words.textContent = said;
    };
  }

  function carry(form, name, value) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }

  async function deliver(form, inputs) {
    const show = shower(form);
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    for (const input of inputs) {
      const key = await send(input.files[0], form.dataset.resumable, token, show);
      carry(form, `upload-${input.name}`, key);
      input.value = "";
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.resumable || !globalThis.crypto?.subtle) return;
    const inputs = [...form.querySelectorAll("input[type=file]")].filter((input) => input.files.length === 1 && input.files[0].size);
    if (!inputs.length) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    deliver(form, inputs)
      .catch((error) => {
        if (error.message) form.querySelector("[data-upload-status] span").textContent = error.message;
        return error.message ? "stay" : "plain";
      })
      .then((outcome) => {
        delete form.dataset.sending;
        delete form.dataset.sent;
        if (outcome === "stay") return;
        if (event.submitter?.name) carry(form, event.submitter.name, event.submitter.value);
        form.submit();
      });
  });
})();
