// A message that arrived, and only the word of it was lost: asked about by itself, shown once.
import "./page";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type * as Talk from "../src/app/talk";

type Order = "event first" | "failure first";
const rest = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** A gateway that stores the first message and loses its acknowledgement. */
function gateway(order: Order): string[] {
    const asked: string[] = [];
    let line: ReadableStreamDefaultController<Uint8Array>;
    const tell = (text: string) => {
        const event = { seq: 1, at: "2026-01-01T00:00:00Z", from: "citizen", text };
        line.enqueue(new TextEncoder().encode(`id: 1\ndata: ${JSON.stringify(event)}\n\n`));
    };
    vi.stubGlobal("fetch", async (path: string, given: RequestInit) => {
        if (path.endsWith("/conversations"))
            return Response.json({ conversation: "c", token: "t" }, { status: 201 });
        if (!path.endsWith("/messages"))
            return new Response(new ReadableStream({ start: (opened) => void (line = opened) }));
        const said = JSON.parse(String(given.body)) as { client_id: string; text: string };
        asked.push(said.client_id);
        await rest(10); // the stream is open by then
        if (asked.length > 1) return Response.json({ seq: 1 }, { status: 202 });
        if (order === "event first") tell(said.text);
        else setTimeout(() => tell(said.text), 20);
        await rest(10);
        throw new TypeError("network");
    });
    return asked;
}

async function said(): Promise<typeof Talk> {
    vi.resetModules();
    const page = await import("../src/app/talk");
    page.say("a");
    await rest(120);
    return page;
}

beforeEach(() => sessionStorage.clear());

describe.each<Order>(["event first", "failure first"])("a lost acknowledgement, %s", (order) => {
    it("is asked for again under the same id, and the message stands there once", async () => {
        const asked = gateway(order);
        const { talk } = await said();
        expect(asked).toHaveLength(2);
        expect(asked[0]).toBe(asked[1]);
        expect(talk.value.events.map((event) => event.text)).toEqual(["a"]);
        expect(talk.value.outbox).toEqual([]);
    });
});
