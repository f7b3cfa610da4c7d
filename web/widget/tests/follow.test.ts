// Following a conversation: each event once, in order, whatever the line does.
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ChatEvent } from "../src/app/api";
import { follow, lastCount, parse, pause } from "../src/app/follow";

const TALK = { conversation: "c", token: "t" };
const event = (seq: number): ChatEvent => ({
    seq,
    at: "2026-01-01T00:00:00Z",
    from: "bot",
    text: `line ${seq}`,
});
const rewritten = (count: number) => `event: rewritten\ndata: ${count}\n\n`;
const block = (seq: number) => `id: ${seq}\ndata: ${JSON.stringify(event(seq))}\n\n`;

function stream(...parts: string[]): Response {
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
        start(controller) {
            for (const part of parts) controller.enqueue(encoder.encode(part));
            controller.close();
        },
    });
    return new Response(body, { status: 200 });
}

/** Answers requests in turn; after the last the conversation has ended. */
function gateway(...answers: (() => Response)[]): Headers[] {
    const asked: Headers[] = [];
    vi.stubGlobal("fetch", async (_: string, given: RequestInit) => {
        asked.push(new Headers(given.headers));
        const next = answers.shift();
        return next ? next() : new Response('{"error":"no_conversation"}', { status: 404 });
    });
    return asked;
}

interface Told {
    seqs: number[];
    starts: number[];
    links: string[];
    ended: boolean;
}

async function heard(): Promise<Told> {
    const seqs: number[] = [];
    const starts: number[] = [];
    const links: string[] = [];
    let ended = false;
    const ear = {
        hear: (events: ChatEvent[], after: number) => {
            seqs.push(...events.map((one) => one.seq));
            starts.push(after);
        },
        link: (link: string) => links.push(link),
        ended: () => (ended = true),
    };
    await follow(TALK, 0, ear, new AbortController().signal);
    return { seqs, starts, links, ended };
}

afterEach(() => void vi.unstubAllGlobals());

describe("follow", () => {
    it("hears each event once over reconnects that repeat some", async () => {
        gateway(
            () => stream(block(1), block(2)),
            () => stream(block(1), block(2), block(3)),
        );
        expect(await heard()).toMatchObject({ seqs: [1, 2, 3], ended: true });
    });

    it("says where it goes on", async () => {
        const asked = gateway(() => stream(block(1), block(2)));
        await heard();
        expect(asked.map((headers) => headers.get("last-event-id"))).toEqual(["0", "2"]);
        expect(asked.every((headers) => headers.get("authorization") === "Bearer t")).toBe(true);
    });

    it("reads all of it anew once earlier events were rewritten", async () => {
        const asked = gateway(
            () => stream(block(1), block(2)),
            () => stream(rewritten(1), block(3)),
            () => stream(rewritten(1), block(1), block(3)),
            () => stream(rewritten(1), block(4)),
        );
        const { seqs, starts } = await heard();
        expect(seqs).toEqual([1, 2, 1, 3, 4]);
        expect(starts[0]).toBe(0);
        expect(starts.filter((one) => one === 0)).toHaveLength(2);
        expect(asked.map((headers) => headers.get("last-event-id"))).toEqual([
            "0",
            "2",
            "0",
            "3",
            "4",
        ]);
    });

    it("does so in the middle of a stream, and not for what it knew from the start", async () => {
        const asked = gateway(
            () => stream(rewritten(2), block(1), block(2)),
            () => stream(rewritten(2) + block(3) + rewritten(3) + block(4)),
            () => stream(rewritten(3), block(1), block(4)),
        );
        expect((await heard()).seqs).toEqual([1, 2, 1, 4]);
        expect(asked.map((headers) => headers.get("last-event-id"))).toEqual(["0", "2", "0", "4"]);
    });

    it("learns of it by polling, too", async () => {
        const polled = (count: number, ...seqs: number[]) =>
            Response.json(seqs.map(event), { headers: { "Wenbao-Rewritten": String(count) } });
        gateway(
            () => new Response(null, { status: 200 }), // no stream gets through
            () => polled(0, 1, 2),
            () => polled(1, 3),
            () => polled(1, 1, 3),
        );
        expect((await heard()).seqs).toEqual([1, 2, 1, 3]);
    });

    it("puts together what arrives in pieces", async () => {
        const whole = block(1) + ": still here\n\n" + block(2);
        gateway(() => stream(...whole.match(/.{1,7}/gs)!));
        expect((await heard()).seqs).toEqual([1, 2]);
    });

    it("rests and comes back after failures", async () => {
        vi.spyOn(Math, "random").mockReturnValue(0);
        gateway(
            () => new Response("{}", { status: 503 }),
            () => stream(block(1)),
        );
        expect(await heard()).toMatchObject({ seqs: [1], ended: true });
    });

    it("rests longer each time, never the same for two, and never too long", () => {
        expect(pause(1, 0)).toBe(250);
        expect(pause(1, 1)).toBe(500);
        expect(pause(3, 0.5)).toBe(1500);
        expect(pause(40, 1)).toBe(20_000);
    });

    it("takes nothing but a count for one", () => {
        expect(lastCount([": still here", block(1).trim()])).toBeUndefined();
        expect(lastCount(["event: rewritten\ndata: x"])).toBeUndefined();
        expect(lastCount(["event: rewritten\ndata: 1", "event: rewritten\ndata: 2"])).toBe(2);
    });

    it("takes nothing that is no event for one", () => {
        expect(parse(": still here")).toEqual([]);
        expect(parse("retry: 1000")).toEqual([]);
        expect(parse('data: {"seq":"1","text":"x"}')).toEqual([]);
        expect(parse(`id: 4\ndata: ${JSON.stringify(event(4))}`)).toEqual([event(4)]);
    });
});
