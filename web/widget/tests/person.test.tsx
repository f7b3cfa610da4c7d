// With whom the citizen speaks: the newest notice says so, and the screen with it.
import "./page";
import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "../src/app/App";
import type { ChatEvent } from "../src/app/api";
import type { Card } from "../src/app/cards/shapes";
import { look } from "../src/app/look";
import { isWaiting, personSince } from "../src/app/person";
import { talk } from "../src/app/talk";
import { speak } from "../src/app/words";

type Level = "person_here" | "person_gone";
let seq = 0;
const event = (from: ChatEvent["from"], text: string, card?: Card): ChatEvent => {
    seq += 1;
    return { seq, at: "2026-11-28T10:00:00+08:00", from, text, card };
};
const notice = (level: Level) => event("system", level, { type: "notice", level });
const here = () => notice("person_here");
const gone = () => notice("person_gone");
const citizen = (text = "x") => event("citizen", text);
const state = (events: ChatEvent[]) => ({ ...talk.value, events, outbox: [], notes: [] });

describe("a person", () => {
    it("is here from the notice of coming to the notice of going, and again", () => {
        const places = [
            [],
            [citizen(), event("bot", "y")],
            [citizen(), here()],
            [here(), event("agent", "y"), citizen(), event("bot", "y")],
            [here(), gone()],
            [here(), gone(), citizen(), here(), citizen()],
        ];
        expect(places.map(personSince)).toEqual([-1, -1, 1, 0, -1, 3]);
    });

    it("comes by a notice of the system alone", () => {
        const card: Card = { type: "notice", level: "person_here" };
        expect(personSince([event("bot", "y", card), event("citizen", "y", card)])).toBe(-1);
    });

    it("is waited for without dots; the bot is waited for with them", () => {
        expect(isWaiting(state([citizen()]))).toBe(true);
        expect(isWaiting(state([here(), citizen()]))).toBe(false);
        const outbox = [{ id: "1", words: "x", said: { text: "x" }, failed: false }];
        expect(isWaiting({ ...state([here()]), outbox })).toBe(false);
        expect(isWaiting({ ...state([here(), gone()]), outbox })).toBe(true);
        expect(isWaiting(state([here(), event("agent", "y"), gone(), citizen()]))).toBe(true);
    });
});

describe("the page", () => {
    let sent: string[];
    const shown = async (...events: ChatEvent[]) => {
        await act(() => talk.set({ events, outbox: [] }));
    };
    const buttons = () => [...document.querySelectorAll("button")].map((one) => one.textContent);
    const header = () => document.querySelector(".header")!.textContent!;

    beforeEach(async () => {
        sent = [];
        seq = 0;
        vi.stubGlobal("fetch", async (path: string, given: RequestInit) => {
            if (path.endsWith("/messages")) sent.push(JSON.parse(String(given.body)).text);
            const told = path.endsWith("/messages")
                ? { seq: 99 }
                : { conversation: "c", token: "t" };
            return path.endsWith("/events")
                ? new Response("{}", { status: 503 })
                : Response.json(told);
        });
        document.body.querySelector("#app")?.remove();
        const app = document.createElement("div");
        app.id = "app";
        document.body.append(app);
        await act(() => {
            talk.set({ events: [], outbox: [], notes: [] });
            render(<App />, app);
        });
    });

    it("says that a person is here until they go", async () => {
        expect(header()).toContain("转人工");
        await shown(citizen(), here());
        expect(header()).toContain("正在和工作人员说话");
        expect(header()).not.toContain("转人工");
        expect(buttons()).toContain("结束人工");
        await shown(citizen(), here(), gone());
        expect(header()).not.toContain("正在和工作人员说话");
        expect(header()).toContain("转人工");
        expect(buttons()).not.toContain("结束人工");
    });

    it.each([
        ["zh-Hant", "正在和工作人員說話", "結束人工", "已送達"],
        ["en", "You are talking with staff", "Back to the assistant", "Delivered"],
    ] as const)("says so in %s, too", async (locale, talking, end, delivered) => {
        await act(async () => {
            look.set({ locale });
            await speak(locale);
        });
        await shown(here(), citizen());
        expect(header()).toContain(talking);
        expect(buttons()).toContain(end);
        expect(document.querySelector("#log")!.textContent).toContain(delivered);
        await act(async () => {
            look.set({ locale: "zh-CN" });
            await speak("zh-CN");
        });
    });

    it("says that the last words arrived, and no more once they are answered", async () => {
        const [come, first, second] = [here(), citizen("a"), citizen("b")];
        await shown(come, first, second);
        const delivered = () =>
            [...document.querySelectorAll(".line.citizen")].map(({ textContent }) =>
                textContent!.includes("已送达"),
            );
        expect(delivered()).toEqual([false, true]);
        expect(document.querySelectorAll(".dots")).toHaveLength(0);
        await shown(come, first, second, event("agent", "y"));
        expect(delivered()).toEqual([false, false]);
    });

    it("names who speaks, and asks for no rating of a person", async () => {
        const card = { type: "answer", title: "t", summary: "s", sources: [], related: [] };
        const rated = { ...card, item: "Q001", effective_from: "2025-01-01" } as unknown as Card;
        await shown(here(), event("agent", "带身份证就行。"), event("agent", "z", rated));
        const line = document.querySelector(".line.agent")!;
        expect(line.querySelector(".name")!.textContent).toBe("工作人员");
        expect(document.querySelectorAll(".rating")).toHaveLength(0);
    });

    it("sends the words that end it, once", async () => {
        await shown(here());
        const end = () =>
            [...document.querySelectorAll("button")].find((one) => one.textContent === "结束人工")!;
        await act(() => end().click());
        await act(() => end().click());
        await act(() => new Promise((done) => setTimeout(done, 30)));
        expect(sent).toEqual(["结束人工"]);
        await shown(here(), citizen("结束人工"));
        await act(() => end().click());
        await act(() => new Promise((done) => setTimeout(done, 30)));
        expect(sent).toEqual(["结束人工"]);
    });
});
