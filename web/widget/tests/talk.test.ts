// The outbox: the same message under the same id until it is acknowledged, in order, never twice.
import "./page";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type * as Talk from "../src/app/talk";

interface Sent {
    client_id: string;
    text?: string;
    choice?: string;
    fields?: object;
}
let sent: Sent[];
let fail: (body: Sent) => Response | "network" | null;

function answer(path: string, given: RequestInit): Response {
    if (path.endsWith("/conversations"))
        return Response.json({ conversation: "c", token: "t" }, { status: 201 });
    if (path.endsWith("/messages")) {
        const body = JSON.parse(String(given.body)) as Sent;
        const refused = fail(body);
        if (refused === "network") throw new TypeError("network");
        if (refused) return refused;
        sent.push(body);
        return Response.json({ seq: sent.length }, { status: 202 });
    }
    return new Response("{}", { status: 503 });
}

async function fresh(): Promise<typeof Talk> {
    vi.resetModules();
    return import("../src/app/talk");
}

const settled = () => new Promise((done) => setTimeout(done, 30));

beforeEach(() => {
    sent = [];
    fail = () => null;
    sessionStorage.clear();
    vi.stubGlobal("fetch", async (path: string, given: RequestInit) => answer(path, given));
});

describe("talk", () => {
    it("sends messages in the order they were written", async () => {
        const { say } = await fresh();
        for (const words of ["a", "b", "c"]) say(words);
        await settled();
        expect(sent.map((one) => one.text)).toEqual(["a", "b", "c"]);
    });

    it("resends under the same id", async () => {
        const { say, resend, talk } = await fresh();
        const ids: string[] = [];
        fail = (body) => (ids.push(body.client_id), ids.length === 1 ? "network" : null);
        say("a");
        await settled();
        expect(talk.value.outbox[0]).toMatchObject({ words: "a", failed: true });
        resend(talk.value.outbox[0]!.id);
        await settled();
        expect(ids[0]).toBe(ids[1]);
        expect(talk.value.outbox[0]).toMatchObject({ failed: false, seq: 1 });
    });

    it("says why the gateway refused", async () => {
        const { say, talk } = await fresh();
        fail = () => Response.json({ error: "too_many", message: "您发得有点快" }, { status: 429 });
        say("a");
        await settled();
        expect(talk.value.outbox[0]).toMatchObject({ failed: true, why: "您发得有点快" });
        expect(talk.value.error).toBe("too_many");
    });

    it("gives a refused form back, and leaves nothing of it to be sent again", async () => {
        const { fillIn, talk } = await fresh();
        fail = () =>
            Response.json({ error: "bad_field", message: "没填好", field: "b" }, { status: 422 });
        const refused: (string | undefined)[] = [];
        fillIn("提交", "/x", { a: "1", b: "?" }, (problem) => refused.push(problem.field));
        await settled();
        expect(refused).toEqual(["b"]);
        expect(talk.value.outbox).toEqual([]);
        expect(sent).toEqual([]);
    });

    it("lets what could not be sent stand where it was said", async () => {
        const { say, talk } = await fresh();
        fail = ({ text }) => (text === "b" ? "network" : null);
        for (const words of ["a", "b", "c"]) say(words);
        await settled();
        expect(talk.value.outbox.find((one) => one.words === "b")).toMatchObject({
            failed: true,
            after: 1,
        });
        expect(sent.map((one) => one.text)).toEqual(["a", "c"]);
    });

    it("goes on in a new conversation when the old one has ended", async () => {
        sessionStorage.setItem(
            "wenbao.talk.demo",
            JSON.stringify({ conversation: "old", token: "o" }),
        );
        const { say, talk } = await fresh();
        let first = true;
        fail = () =>
            first
                ? ((first = false), Response.json({ error: "no_conversation" }, { status: 404 }))
                : null;
        say("a");
        await settled();
        expect(sent.map((one) => one.text)).toEqual(["a"]);
        expect(talk.value.notes.map((one) => one.words)).toEqual(["ended"]);
    });

    it("keeps what was not sent for the next load, but never what was filled into a form", async () => {
        const { say, fillIn } = await fresh();
        fail = () => "network";
        say("a");
        fillIn("提交", "/x", { id_number: "secret" }, () => undefined);
        await settled();
        expect(sessionStorage.getItem("wenbao.outbox.demo")).toContain('"a"');
        expect(JSON.stringify({ ...sessionStorage })).not.toContain("secret");
        fail = () => null;
        (await fresh()).resume();
        await settled();
        expect(sent.map((one) => one.text)).toEqual(["a"]);
    });

    it("shows what was said as it was rewritten, and not what was removed", async () => {
        const line = (seq: number, text: string, card?: object) =>
            `id: ${seq}\ndata: ${JSON.stringify({ seq, at: "", from: "bot", text, card })}\n\n`;
        const mark = "event: rewritten\ndata: 1\n\n";
        const streams = [
            line(1, "a") + line(2, "secret", { type: "contributions" }) + line(3, "secret, too"),
            mark + line(4, "signed out"),
            mark + line(1, "a") + line(2, "blank") + line(4, "signed out"),
        ];
        vi.stubGlobal("fetch", async (path: string, given: RequestInit) => {
            const next = path.endsWith("/events") && streams.shift();
            return next ? new Response(next, { status: 200 }) : answer(path, given);
        });
        sessionStorage.setItem(
            "wenbao.talk.demo",
            JSON.stringify({ conversation: "c", token: "t" }),
        );
        const { resume, talk } = await fresh();
        resume();
        await settled();
        expect(talk.value.events.map(({ seq, text }) => [seq, text])).toEqual([
            [1, "a"],
            [2, "blank"],
            [4, "signed out"],
        ]);
        expect(JSON.stringify(talk.value)).not.toMatch(/secret|contributions/);
    });

    it.each(["conversations", "messages"])(
        "sends and shows nothing from before it was cleared while /%s was on its way",
        async (held) => {
            const { say, restart, talk } = await fresh();
            let release: () => void = () => undefined;
            let first = true;
            vi.stubGlobal("fetch", async (path: string, given: RequestInit) => {
                if (path.endsWith(`/${held}`) && first) {
                    first = false;
                    await new Promise<void>((go) => (release = go));
                    if (held === "messages") return new Response("{}", { status: 404 });
                }
                return answer(path, given);
            });
            say("before");
            say("before, too");
            await settled();
            await restart();
            release();
            await settled();
            expect([sent, talk.value.outbox, talk.value.notes]).toEqual([[], [], []]);
            say("after");
            await settled();
            expect(sent.map((one) => one.text)).toEqual(["after"]);
            expect(talk.value.notes).toEqual([]);
        },
    );

    it("sends nothing that was given up while it waited", async () => {
        const { say, giveUp, talk } = await fresh();
        say("a");
        say("b");
        giveUp(talk.value.outbox[1]!.id);
        await settled();
        expect(sent.map((one) => one.text)).toEqual(["a"]);
    });

    it("makes ids where the browser has no randomUUID", async () => {
        const { newId } = await fresh();
        vi.stubGlobal("crypto", { getRandomValues: (bytes: Uint8Array) => bytes.fill(255) });
        expect(newId()).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
    });
});
