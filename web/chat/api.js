// The public chat API, one function a call. The token stays in this tab.

const KEY = "wenbao.conversation";
const BASE = "/api/chat/conversations";

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

export function forget() {
  sessionStorage.removeItem(KEY);
}

export async function open(site, region) {
  const body = region ? { site, region } : { site };
  const opened = await call(BASE, { method: "POST", body });
  sessionStorage.setItem(KEY, JSON.stringify(opened));
  return opened;
}

export function send(talk, message) {
  return call(`${BASE}/${talk.conversation}/messages`, { method: "POST", body: message, talk });
}

export function events(talk, after, wait) {
  return call(`${BASE}/${talk.conversation}/events?after=${after}&wait=${wait}`, { talk });
}

export function rate(talk, seq, helpful) {
  const path = `${BASE}/${talk.conversation}/events/${seq}/feedback`;
  return call(path, { method: "POST", body: { helpful }, talk });
}

export function signIn(talk) {
  return call(`${BASE}/${talk.conversation}/sign-in`, { method: "POST", talk });
}

export function end(talk) {
  return call(`${BASE}/${talk.conversation}`, { method: "DELETE", talk });
}

async function call(path, { method = "GET", body, talk } = {}) {
  const headers = {};
  if (talk) headers.Authorization = `Bearer ${talk.token}`;
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (answer.status === 204) return null;
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said.message);
  return said;
}
