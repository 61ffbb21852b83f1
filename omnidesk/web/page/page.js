// Around textual-serve's page: where its line goes, the title, notices, what to say at the end.
"use strict";

let wanted = false; // something was told that the browser may not show yet

function tell({ title, text }) {
  if (!("Notification" in window)) return;
  wanted = true;
  if (Notification.permission === "granted") new Notification(title, { body: text, tag: title });
}

document.addEventListener("keydown", () => {
  if (wanted && Notification.permission === "default") Notification.requestPermission();
  wanted = false;
}, true);

const Line = window.WebSocket;

window.WebSocket = class extends Line {
  constructor(...words) {
    super(...words);
    this.addEventListener("message", (event) => {
      if (typeof event.data !== "string") return;
      const [kind, what] = JSON.parse(event.data);
      if (kind === "title") document.title = what.text;
      if (kind === "notice") tell(what);
      if (kind === "ended" && what) document.querySelector("#why").textContent = what;
    });
    this.addEventListener("open", () => {
      const keyboard = document.querySelector(".xterm-helper-textarea");
      if (keyboard) keyboard.focus();
    });
    this.addEventListener("close", () => document.querySelector("#again").focus());
  }
};

document.addEventListener("DOMContentLoaded", () => {
  const terminal = document.querySelector("#terminal");
  const line = new URL("ws/" + terminal.dataset.ticket, window.location.href);
  line.protocol = window.location.protocol === "https:" ? "wss:" : "ws:";
  line.search = line.hash = "";
  terminal.dataset.sessionWebsocketUrl = line.href;
  document.querySelector("#again").addEventListener("click", () => window.location.reload());
});
