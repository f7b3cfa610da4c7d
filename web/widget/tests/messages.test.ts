// What passes between a host's page and the frame, and what does not.
import { describe, expect, it } from "vitest";
import { APP, TO_FRAME, TO_HOST, read, write } from "../src/bridge/messages";

describe("messages", () => {
    it("reads what was written", () => {
        expect(read(TO_FRAME, write("send", { text: "你好" }))).toEqual({
            name: "send",
            data: { text: "你好" },
        });
        expect(read(TO_HOST, write("unread", { count: 2 }))).toEqual({
            name: "unread",
            data: { count: 2 },
        });
        expect(read(TO_FRAME, write("open"))).toEqual({ name: "open", data: {} });
    });

    it.each([
        null,
        undefined,
        7,
        "open",
        [],
        {},
        { app: "other", name: "open", data: {} },
        { app: APP, name: "unknown", data: {} },
        { app: APP, name: "__proto__", data: {} },
        { app: APP, name: "constructor", data: {} },
        { app: APP, name: "toString", data: {} },
        { app: APP, name: "send", data: {} },
        { app: APP, name: "send", data: { text: "" } },
        { app: APP, name: "send", data: { text: "x".repeat(501) } },
        { app: APP, name: "send", data: { text: 1 } },
        { app: APP, name: "send", data: { text: "x", more: 1 } },
        { app: APP, name: "open", data: { more: 1 } },
        { app: APP, name: "elder", data: { on: "true" } },
        { app: APP, name: "locale", data: { locale: "fr" } },
        { app: APP, name: "locale", data: ["zh-CN"] },
    ])("refuses %j", (given) => {
        expect(read(TO_FRAME, given)).toBeNull();
    });

    it("has no place for words of the conversation on the way to the host", () => {
        expect(read(TO_HOST, write("message", { seq: 1, from: "bot", text: "secret" }))).toBeNull();
        expect(read(TO_HOST, write("unread", { count: -1 }))).toBeNull();
        expect(read(TO_HOST, write("unread", { count: 1.5 }))).toBeNull();
    });
});
