// The chat page: opens a conversation, sends what is typed, shows what comes back.

import * as api from "./api.js";
import { element, render } from "./cards.js";

const log = document.getElementById("log");
const status = document.getElementById("status");
const text = document.getElementById("text");
const site = new URLSearchParams(location.search).get("site") || "demo";
const region = new URLSearchParams(location.search).get("region");

let talk = api.remembered();
let seen = 0;
let round = 0; // counts conversations, so that a poll of an old one ends by itself
const waiting = new Map(); // client_id → the bubble that is not stored yet

const act = { choose: (choice) => say({ choice: choice.payload }, choice.title), signIn };

async function start() {
  status.textContent = "正在连接……";
  try {
    if (!talk) talk = await api.open(site, region);
    status.textContent = "";
    follow(++round);
  } catch {
    status.textContent = "暂时连不上，正在重试。急事请拨打12333。";
    setTimeout(start, 3000);
  }
}

async function follow(mine) {
  let pause = 500;
  let wait = 0; // what is there already comes at once; after that we wait for news
  while (mine === round) {
    try {
      const fresh = await api.events(talk, seen, wait);
      if (mine !== round) return;
      fresh.forEach(show);
      if (wait === 0 && seen === 0) greet();
      if (status.dataset.trouble) settle("");
      wait = 25;
      pause = 500;
    } catch (problem) {
      if (mine !== round) return;
      if (problem.status === 401 || problem.status === 404) return restart();
      trouble("网络不稳，正在重新连接。急事请拨打12333。");
      await new Promise((done) => setTimeout(done, pause));
      pause = Math.min(pause * 2, 10000);
    }
  }
}

function greet() {
  const examples = ["灵活就业怎么交养老保险", "我的养老保险交到几月了", "社保卡丢了怎么办"];
  const row = element("div", { class: "choices" });
  for (const example of examples) {
    row.append(element("button", { type: "button", onclick: () => say({ text: example }, example) }, example));
  }
  log.append(element("div", { class: "event bot" },
    element("div", { class: "bubble" }, "您好，我是问保。社保方面的问题，直接打字问我就行。要找人说话，点右上角的“转人工”。"),
    row));
}

function show(event) {
  if (event.seq <= seen) return;
  seen = event.seq;
  if (event.from === "citizen" && waiting.size) {
    const [id, bubble] = waiting.entries().next().value;
    waiting.delete(id);
    bubble.remove();
  }
  const level = event.card && event.card.type === "notice" && event.card.level === "outage" ? " outage" : "";
  const shown = element("div", { class: `event ${event.from}${level}` },
    element("div", { class: "bubble" }, event.text));
  if (event.card) shown.append(...render(event.card, act));
  if (event.card && (event.card.type === "answer" || event.card.type === "estimate")) shown.append(rating(event.seq));
  log.append(shown);
  if (event.from === "bot" || event.from === "agent") settle("");
  log.scrollTop = log.scrollHeight;
}

function rating(seq) {
  const row = element("div", { class: "rate" }, "这个回答有用吗？");
  const press = async (helpful) => {
    row.querySelectorAll("button").forEach((button) => { button.disabled = true; });
    try {
      await api.rate(talk, seq, helpful);
      row.replaceChildren(helpful ? "谢谢您的评价。" : "谢谢，我们会改进。需要的话可以转人工。");
    } catch {
      row.querySelectorAll("button").forEach((button) => { button.disabled = false; });
    }
  };
  row.append(element("button", { type: "button", onclick: () => press(true) }, "有用"),
    element("button", { type: "button", onclick: () => press(false) }, "没用"));
  return row;
}

async function say(message, shown) {
  const body = { client_id: crypto.randomUUID(), ...message };
  const bubble = element("div", { class: "event citizen" }, element("div", { class: "bubble" }, shown));
  log.append(bubble);
  log.scrollTop = log.scrollHeight;
  await deliver(body, bubble);
}

async function deliver(body, bubble) {
  bubble.classList.remove("failed");
  bubble.querySelectorAll("button").forEach((button) => button.remove());
  waiting.set(body.client_id, bubble);
  settle("正在回答……");
  try {
    await api.send(talk, body);
  } catch (problem) {
    waiting.delete(body.client_id);
    bubble.classList.add("failed");
    bubble.append(element("button", { type: "button", onclick: () => deliver(body, bubble) }, "没有发出去，点这里重发"));
    settle(problem.message && problem.status ? problem.message : "没有发出去，请再试一次，或拨打12333。");
  }
}

async function signIn() {
  // Opened at once, inside the click, or the browser would block it.
  const page = window.open("", "_blank");
  try {
    const { url } = await api.signIn(talk);
    if (page) page.location = url;
    else location.assign(url);
    settle("请在新打开的页面登录，登录后回到这里。");
  } catch (problem) {
    if (page) page.close();
    settle(problem.message || "暂时不能登录，请稍后再试。");
  }
}

async function restart() {
  const old = talk;
  round += 1;
  api.forget();
  talk = null;
  seen = 0;
  waiting.clear();
  log.replaceChildren();
  if (old) await api.end(old).catch(() => null);
  start();
}

function settle(words) {
  delete status.dataset.trouble;
  status.textContent = words;
}

function trouble(words) {
  status.dataset.trouble = "yes";
  status.textContent = words;
}

document.getElementById("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (!words || !talk) return;
  text.value = "";
  say({ text: words }, words);
  text.focus();
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    document.getElementById("composer").requestSubmit();
  }
});
document.getElementById("human").addEventListener("click", () => talk && say({ text: "转人工" }, "转人工"));
document.getElementById("restart").addEventListener("click", restart);

const elder = document.getElementById("elder");
function enlarge(on) {
  document.documentElement.classList.toggle("elder", on);
  elder.setAttribute("aria-pressed", String(on));
  localStorage.setItem("wenbao.elder", on ? "yes" : "");
}
elder.addEventListener("click", () => enlarge(!document.documentElement.classList.contains("elder")));
enlarge(localStorage.getItem("wenbao.elder") === "yes");

start();
