// The loader on somebody else's page: the panel can be closed and says so when the app does not come.
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { api as Api } from "../src/loader/main";

const HOME = "https://wenbao.example/w/v1/";
let api: typeof Api;

const shadow = () => document.querySelector("shebao-chat")!.shadowRoot!;
const find = <T extends HTMLElement>(selector: string) => shadow().querySelector<T>(selector)!;
const frame = () => find<HTMLIFrameElement>("iframe");

/** What the app in the frame would say. */
function told(name: string): void {
    const data = { app: "shebao-chat", name, data: {} };
    const event = new MessageEvent("message", { data, origin: new URL(HOME).origin });
    Object.defineProperty(event, "source", { value: frame().contentWindow });
    window.dispatchEvent(event);
}

beforeAll(async () => {
    const { happyDOM } = window as unknown as {
        happyDOM: { setURL(to: string): void; settings: Record<string, unknown> };
    };
    happyDOM.setURL(HOME);
    happyDOM.settings.disableIframePageLoading = true; // which it says aloud, each time
    api = (await import("../src/loader/main")).api;
});
beforeEach(() => {
    sessionStorage.clear();
    vi.useFakeTimers();
    api.init({ site: "demo", locale: "zh-CN" });
});
afterEach(() => {
    api.destroy();
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
});

describe("an app that does not come", () => {
    it("can be closed at once, by its button and by Escape", () => {
        api.open();
        expect(shadow().activeElement).toBe(find(".close"));
        find(".close").click();
        expect(find(".panel").hidden).toBe(true);
        expect(shadow().activeElement).toBe(find(".launcher"));
        api.open();
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
        expect(find(".panel").hidden).toBe(true);
    });
    it("is said to be away after some seconds, with a phone number and a way to try again", () => {
        const codes: unknown[] = [];
        api.on("error", (detail) => codes.push(detail.code));
        api.open();
        const first = frame();
        vi.advanceTimersByTime(7_900);
        expect(find(".cover a").hidden).toBe(true);
        vi.advanceTimersByTime(200);
        expect(find("[role=status]").textContent).toContain("打不开");
        expect(find<HTMLAnchorElement>(".cover a").href).toBe("tel:12333");
        expect(codes).toEqual(["not_loaded"]);
        find(".cover a + button").click();
        expect(frame()).not.toBe(first);
        expect(find(".cover a").hidden).toBe(true);
        expect(shadow().activeElement).toBe(find(".close"));
    });
    it("is tried again by whoever opens the panel again", () => {
        api.open();
        const first = frame();
        vi.advanceTimersByTime(9_000);
        api.close();
        api.open();
        expect(frame()).not.toBe(first);
        expect(shadow().querySelectorAll("iframe").length).toBe(1);
    });
    it("says all of it in the language of the page", () => {
        api.open();
        api.setLocale("en");
        expect(find(".close").textContent).toBe("Close");
        vi.advanceTimersByTime(9_000);
        expect(find("[role=status]").textContent).toContain("does not open");
    });
});

describe("an app that comes", () => {
    it("has the panel to itself, late or not", () => {
        api.open();
        vi.advanceTimersByTime(9_000);
        const focus = vi.spyOn(frame(), "focus");
        told("ready");
        expect(find(".cover")).toBeNull();
        expect(focus).toHaveBeenCalledOnce();
    });
    it("is not spoken ill of later", () => {
        const codes: unknown[] = [];
        api.on("error", (detail) => codes.push(detail.code));
        api.open();
        told("ready");
        vi.advanceTimersByTime(60_000);
        expect(codes).toEqual([]);
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
        expect(find(".panel").hidden).toBe(false); // the frame hears its own keys
    });
});

describe("a browser that makes no style sheets by script", () => {
    it("gets the launcher all the same", () => {
        api.destroy();
        vi.stubGlobal("CSSStyleSheet", () => {
            throw new TypeError("Illegal constructor");
        });
        api.init({ site: "demo", locale: "zh-CN" });
        expect(find("style").textContent).toContain(".launcher");
        expect(find(".launcher").textContent).toContain("社保咨询");
    });
});

describe("a page with a typo", () => {
    const any = (value: unknown) => value as never;
    let warned: ReturnType<typeof vi.spyOn>;
    beforeEach(() => {
        warned = vi.spyOn(console, "warn").mockReturnValue();
        const supports = (_: string, value: string) => value !== "#1a4f8";
        vi.stubGlobal("CSS", { supports });
    });
    it.each([
        ["an unknown language", () => api.setLocale(any("zh_CN"))],
        ["no language", () => api.setLocale(any(undefined))],
        ["elder as a word", () => api.setElder(any("yes"))],
        ["empty words", () => api.send("")],
        ["too many words", () => api.send("x".repeat(501))],
        ["words that are none", () => api.send(any({}))],
        ["a listener that is none", () => api.on("open", any("open"))],
        ["an event that is none", () => api.on("opend", () => undefined)],
    ])("with %s is warned, and all stays as it was", (_, call) => {
        expect(call).not.toThrow();
        expect(warned).toHaveBeenCalledOnce();
        api.open();
        const sent = vi.fn();
        Object.defineProperty(frame(), "contentWindow", { value: { postMessage: sent } });
        told("ready");
        const names = sent.mock.calls.map(([message]) => message.name);
        expect(names).toEqual(["locale", "open"]); // its own language, nothing of the typo
        expect(find(".launcher").textContent).toContain("社保咨询");
    });
    it("gets the chat without the option that is wrong", () => {
        api.destroy();
        const theme = { brand: "#1a4f8" };
        const wrong = {
            locale: "fr",
            elder: "yes",
            position: "top",
            theme,
            zIndex: "high",
            sit: 1,
        };
        api.init(any({ site: "demo", ...wrong }));
        expect(warned).toHaveBeenCalledTimes(6);
        const root = document.querySelector<HTMLElement>("shebao-chat")!;
        expect(root.dataset.position).toBe("right");
        expect(root.getAttribute("style")).toBeNull();
    });
    it.each([undefined, null, "demo", {}, { site: 5 }])(
        "and no site, %j, gets nothing",
        (given) => {
            api.destroy();
            expect(() => api.init(any(given))).not.toThrow();
            expect(() => (api.open(), api.close(), api.toggle(), api.reset())).not.toThrow();
            expect(warned).toHaveBeenCalled();
            expect(document.querySelector("shebao-chat")).toBeNull();
        },
    );
    it("in its own listener does not keep others from hearing", () => {
        const heard = vi.fn();
        vi.spyOn(console, "error").mockReturnValue();
        api.on("open", () => {
            throw new Error("theirs");
        });
        api.on("open", heard);
        expect(() => api.open()).not.toThrow();
        expect(heard).toHaveBeenCalledOnce();
    });
});
