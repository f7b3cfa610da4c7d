// Every language says everything, with the same gaps to fill.
import "./page";
import { describe, expect, it } from "vitest";
import { day, fill } from "../src/app/words";
import { words as english } from "../src/app/words/en";
import { words as chinese } from "../src/app/words/zh-CN";
import { words as traditional } from "../src/app/words/zh-Hant";

const gaps = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe.each([
    ["en", english],
    ["zh-Hant", traditional],
])("%s", (_, words) => {
    it("leaves nothing out and keeps the gaps", () => {
        for (const [name, said] of Object.entries(chinese)) {
            const other = words[name as keyof typeof words];
            if (typeof said === "string")
                expect([name, gaps(other as string)]).toEqual([name, gaps(said)]);
            else expect(Object.keys(other)).toEqual(Object.keys(said));
        }
    });
});

describe("words", () => {
    it("fills gaps with what is given and with nothing else", () => {
        expect(fill("{n}个月", { n: 3 })).toBe("3个月");
        expect(fill("{toString}{n}", { n: "{x}" })).toBe("{toString}{x}");
    });
    it("writes dates as people do", () => {
        expect(day("2025-01-09", chinese)).toBe("2025年1月9日");
        expect(day("2025-01", chinese)).toBe("2025年1月");
        expect(day("2025-01-09", english)).toBe("2025-01-09");
        expect(day("soon", chinese)).toBe("soon");
    });
});
