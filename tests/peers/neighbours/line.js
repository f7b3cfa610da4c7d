// LINE's own check of signatures: one JSON request a line in, one JSON answer a line out.
const readline = require("readline");
const { validateSignature } = require("@line/bot-sdk");

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { body, secret, signature } = JSON.parse(line);
  const answer = validateSignature(Buffer.from(body, "base64"), secret, signature);
  process.stdout.write(JSON.stringify({ answer }) + "\n");
});
