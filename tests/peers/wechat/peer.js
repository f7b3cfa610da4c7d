// Speaks for two other implementations: one JSON request a line in, one JSON answer a line out.
const readline = require("readline");
const wecom = require("@wecom/crypto");
const WXBizMsgCrypt = require("wechat-crypto");

const ANSWERS = {
  wecom: {
    signature: ({ token, timestamp, nonce, encrypted }) => wecom.getSignature(token, timestamp, nonce, encrypted),
    decrypt: ({ key, encrypted }) => {
      const { message, id } = wecom.decrypt(key, encrypted);
      return { message, id };
    },
    encrypt: ({ key, message, id, random }) =>
      wecom.encrypt(key, message, id, random ? Buffer.from(random, "latin1") : undefined),
  },
  wechat: {
    signature: ({ token, key, id, timestamp, nonce, encrypted }) =>
      new WXBizMsgCrypt(token, key, id).getSignature(timestamp, nonce, encrypted),
    decrypt: ({ token, key, id, encrypted }) => new WXBizMsgCrypt(token, key, id).decrypt(encrypted),
    encrypt: ({ token, key, id, message }) => new WXBizMsgCrypt(token, key, id).encrypt(message),
  },
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { peer, act, ...given } = JSON.parse(line);
  process.stdout.write(JSON.stringify({ answer: ANSWERS[peer][act](given) }) + "\n");
});
