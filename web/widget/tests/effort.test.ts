// The browser's work is what the gateway asked for, and its SHA-256 is everybody else's.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { done, sha256 } from "../src/app/effort";

const hex = (digest: Uint32Array) =>
    [...digest].map((word) => word.toString(16).padStart(8, "0")).join("");

describe("work", () => {
    it("hashes as Node does, at every length around a block", () => {
        for (const length of [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 200]) {
            const text = "0123456789abcdef.:".repeat(20).slice(0, length);
            expect(hex(sha256(text))).toBe(createHash("sha256").update(text).digest("hex"));
        }
    });
    it("finds an ending with so many zero bits", async () => {
        const challenge = `1795600000.12.${"0a".repeat(16)}`;
        const found = await done({ challenge, bits: 12 });
        const digest = createHash("sha256").update(`${challenge}:${found.ending}`).digest("hex");
        expect(found.challenge).toBe(challenge);
        expect(digest.startsWith("000")).toBe(true);
    });
});
