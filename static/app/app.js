"use strict";
/* Listeners sit on the document alone, so what htmx swaps in needs no second start. */

function showDialog(dialog) {
  dialog.removeAttribute("open");
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const target = event.target;
  const opener = target.closest("[data-dialog-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialogOpen);
    if (dialog) {
      event.preventDefault();
      showDialog(dialog);
    }
    return;
  }
  const closer = target.closest("[data-dialog-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
    return;
  }
  // The dark surround closes the menu, never a dialog that holds what somebody typed.
  if (target instanceof HTMLDialogElement && !target.querySelector("form[method=post]")) target.close();
  if (target.closest("[data-print]")) window.print();
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* The keys of a page whose form has data-keys. Letters act only while no field has the focus, so nobody is trapped:
   Escape leaves a field. With a Korean keyboard the place of a key counts, whatever letter it writes. */
const keysOff = () => localStorage.getItem("keys-off") === "1";
document.addEventListener("keydown", (event) => {
  const form = document.querySelector("form[data-keys]");
  if (!form || event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    return form.requestSubmit();
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target.closest?.("input, textarea, select");
  if (field) {
    if (event.key === "Escape") field.blur();
    return;
  }
  if (keysOff()) return;
  const key = event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key;
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("a, button")) target.click();
  else target.select();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-keys-off]");
  if (!button) return;
  localStorage.setItem("keys-off", keysOff() ? "0" : "1");
  button.setAttribute("aria-pressed", keysOff());
});

/* Letters, not UTF-16 units: a rare Hanja or an emoji counts once, as on the server. */
document.addEventListener("input", (event) => {
  const field = event.target;
  const counter = field.id && document.querySelector(`[data-count-for="${CSS.escape(field.id)}"]`);
  if (!counter) return;
  counter.hidden = false;
  counter.textContent = `${[...field.value].length} / ${counter.dataset.countMax}`;
});

/* Of a group of fields that is sent as it is typed, the server hears which field it was. */
document.addEventListener("htmx:configRequest", (event) => {
  const name = event.detail.triggeringEvent?.target?.name;
  if (name) event.detail.headers["HX-Trigger-Name"] = name;
});
/* Who puts the phone away or closes the page may have typed just before: that goes out at once. */
document.addEventListener("input", (event) => event.target.closest("[data-as-typed]")?.setAttribute("data-unsaved", ""));
document.addEventListener("htmx:beforeRequest", (event) => event.detail.elt.removeAttribute("data-unsaved"));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden") return;
  for (const part of document.querySelectorAll("[data-unsaved]")) {
    const form = part.closest("form");
    if (form.dataset.sent) continue;
    part.removeAttribute("data-unsaved");
    const told = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    navigator.sendBeacon(part.getAttribute("hx-post"), new URLSearchParams(told));
  }
});

/* A button is pressed once; coming back with the Back button frees it. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 8000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

/* Whoever is no longer signed in gets the sign-in page whole, never inside a list. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  if (!xhr.responseURL || new URL(xhr.responseURL).pathname === new URL(pathInfo.requestPath, location).pathname) return;
  event.preventDefault();
  if (event.detail.target.dataset.signedOut) event.detail.target.textContent = event.detail.target.dataset.signedOut;
  else location.assign(xhr.responseURL);
});
/* Who types without a connection is told calmly; the page and its button stay. */
document.addEventListener("htmx:sendError", (event) => {
  const { target } = event.detail;
  if (target?.dataset.offline) target.textContent = target.dataset.offline;
});
/* What could not be fetched is asked for once more as a page, which says what is wrong. */
document.addEventListener("htmx:responseError", (event) => {
  const { pathInfo, requestConfig } = event.detail;
  if (requestConfig.verb === "get") location.assign(pathInfo.finalRequestPath);
});

/* On a phone a row of a wide table is a card. Its cells get the names of their columns, and all parts
   their roles, which they lose with the layout of a table. Without script the table scrolls sideways. */
const ROLES = { THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell" };
const onlyButtons = (cell) =>
  cell.querySelector(".krds-btn") !== null &&
  [...cell.childNodes].every((node) =>
    node.nodeType === 1 ? node.matches(".krds-btn, form, dialog, .p-actions, .p-row-actions") : !node.data.trim(),
  );
function makeCards(table) {
  const heads = table.tHead?.rows.length === 1 ? [...table.tHead.rows[0].cells] : [];
  if (heads.length < 4 || heads.some((head) => head.colSpan > 1)) return;
  const names = heads.map((head) => (head.querySelector(".sr-only") ? "" : head.textContent.trim()));
  table.setAttribute("role", "table");
  for (const part of table.querySelectorAll("thead, tbody, tfoot, tr, td, th")) {
    const head = part.scope === "row" ? "rowheader" : "columnheader";
    part.setAttribute("role", ROLES[part.tagName] ?? head);
  }
  for (const row of table.querySelectorAll("tbody tr, tfoot tr")) {
    let column = 0;
    for (const cell of row.cells) {
      if (cell.tagName === "TD") {
        cell.dataset.label = cell.colSpan > 1 || onlyButtons(cell) ? "" : names[column] ?? "";
        cell.classList.toggle("p-none", cell.textContent.trim() === "–");
      }
      column += cell.colSpan;
    }
  }
  table.classList.add("p-tbl-cards");
}

/* On a phone the tabs reach beyond the edge; the one that is open is to be seen. */
function showTab(open) {
  const tabs = open.closest(".p-tabs");
  const beyond = open.getBoundingClientRect().right - tabs.getBoundingClientRect().right;
  if (beyond > 0) tabs.scrollLeft += beyond + 40;
}

function arrive(root) {
  for (const table of root.querySelectorAll?.(".p-scroll .tbl.data:not(.p-sheet, .p-register, .p-timeline, .p-tbl-keep)") ?? []) makeCards(table);
  for (const open of root.querySelectorAll?.(".p-tabs [aria-current]") ?? []) showTab(open);
  for (const dialog of root.querySelectorAll?.("dialog[data-show]") ?? []) showDialog(dialog);
  root.querySelector?.("[data-keys-off]")?.setAttribute("aria-pressed", keysOff());
  root.querySelector?.("[data-autofocus]")?.focus();
}
document.addEventListener("DOMContentLoaded", () => arrive(document));
document.addEventListener("htmx:afterSettle", (event) => arrive(event.detail.elt));
