// A Telegram with one bot: one JSON request a line in, one JSON answer a line out.
const readline = require("readline");
const http = require("http");
const TelegramServer = require("telegram-test-api");

// The emulator does not send the secret that a webhook was set with; this goes between and does.
let hook = null;
const between = http.createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", async () => {
    const headers = { "Content-Type": "application/json" };
    if (hook.secret_token) headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret_token;
    const told = await fetch(hook.url, { method: "POST", headers, body: Buffer.concat(pieces) });
    response.writeHead(told.status).end(await told.text());
  });
});

class Server extends TelegramServer {
  setWebhook(webhook, token) {
    hook = webhook;
    super.setWebhook({ url: `http://127.0.0.1:${between.address().port}/` }, token);
  }
}

const [port, token] = process.argv.slice(2);
const server = new Server({ port: Number(port), host: "127.0.0.1" });
const client = (user) => server.getClient(token, { userId: user, chatId: user, timeout: 20000 });

const ACTS = {
  hook: async () => hook,
  say: async ({ user, text }) => (await client(user).sendMessage(client(user).makeMessage(text))).ok,
  tap: async ({ user, data }) => {
    const query = client(user).makeCallbackQuery(data);
    return (await client(user).sendCallback({ ...query, id: "1" })).ok;
  },
  sent: async () => server.storage.botMessages.map(({ message }) => message),
};

between.listen(0, "127.0.0.1", async () => {
  await server.start();
  process.stdout.write(JSON.stringify({ answer: "ready" }) + "\n");
  readline.createInterface({ input: process.stdin }).on("line", async (line) => {
    const { act, ...given } = JSON.parse(line);
    const answer = await ACTS[act](given).catch((problem) => ({ error: String(problem) }));
    process.stdout.write(JSON.stringify({ answer }) + "\n");
  });
}).on("error", () => process.exit(1));
process.stdin.on("end", () => process.exit(0));
