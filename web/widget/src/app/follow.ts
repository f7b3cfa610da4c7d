// Follows a conversation: a stream that resumes where it broke off, else long polls, with patience.

import * as api from "./api";
import type { ChatEvent, Talk } from "./api";

export type Link = "idle" | "connecting" | "online" | "offline";
export interface Ear {
    /** All that stands behind the event `after`, up to the last of these. */
    hear(events: ChatEvent[], after: number): void;
    link(state: Link): void;
    ended(): void;
}

/** What came in at once; `rewritten` where it was told how often earlier events were. */
interface Heard {
    events: ChatEvent[];
    rewritten?: number;
}

const FIRST_WORD = 5_000; // a proxy that holds a stream back is found out by then
const SILENCE = 40_000; // the gateway says something every 15 s
const SHORTEST_PAUSE = 500;
const LONGEST_PAUSE = 20_000;
const POLL = 25;

/**
 * Listen until `signal`; every event is heard once, in order, however often the line breaks.
 * Where earlier ones were rewritten or removed, all of it is heard anew from the beginning.
 */
export async function follow(
    talk: Talk,
    from: number,
    ear: Ear,
    signal: AbortSignal,
): Promise<void> {
    let after = from;
    let failures = 0;
    let streams = true;
    let known = 0;
    const hear = ({ events, rewritten = known }: Heard): boolean => {
        if (signal.aborted) return true; // it was cleared while they arrived
        failures = 0;
        ear.link("online");
        const before = after;
        if (rewritten !== known) {
            known = rewritten;
            after = 0;
            if (before) return false;
        }
        const fresh = events.filter((event) => event.seq > after);
        const start = after;
        if (fresh.length) {
            after = fresh[fresh.length - 1]!.seq;
            ear.hear(fresh, start);
        }
        return true;
    };
    while (!signal.aborted) {
        try {
            if (streams) streams = await listen(talk, after, hear, signal);
            else hear(await api.events(talk, after, failures ? 0 : POLL, signal));
        } catch (problem) {
            if (signal.aborted) return;
            if (problem instanceof api.Refused && problem.ended) return ear.ended();
            failures += 1;
            if (failures > 1 || !navigator.onLine) ear.link("offline");
            await rest(pause(failures, Math.random()), signal);
        }
    }
}

/** How long to rest after so many failures: doubling, and never two browsers at the same moment. */
export function pause(failures: number, chance: number): number {
    const most = Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** (failures - 1));
    return most * (0.5 + chance / 2);
}

/** One stream until it ends; false when streams do not get through here. */
async function listen(
    talk: Talk,
    after: number,
    hear: (heard: Heard) => boolean,
    signal: AbortSignal,
): Promise<boolean> {
    const broken = new AbortController();
    const stop = () => broken.abort();
    signal.addEventListener("abort", stop);
    window.addEventListener("offline", stop); // a stream would only notice much later
    let spoke = false;
    let timer = setTimeout(stop, FIRST_WORD);
    try {
        const answer = await api.stream(talk, after, broken.signal);
        if (!answer.body) return false;
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        for (;;) {
            const { done, value } = await reader.read();
            if (done) return true;
            clearTimeout(timer);
            timer = setTimeout(stop, SILENCE);
            spoke = true;
            const blocks = (rest + value).split("\n\n");
            rest = blocks.pop() ?? "";
            const heard = { events: blocks.flatMap(parse), rewritten: lastCount(blocks) };
            if (!hear(heard)) {
                stop(); // what this stream goes on with is not the beginning
                return true;
            }
        }
    } catch (problem) {
        if (!signal.aborted && !spoke && broken.signal.aborted && navigator.onLine) return false;
        throw problem;
    } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
        window.removeEventListener("offline", stop);
    }
}

/** How often earlier events were rewritten, as the last of these blocks that tells it says. */
export function lastCount(blocks: string[]): number | undefined {
    const told = blocks.flatMap(
        (block) => /^event: rewritten\ndata: (\d+)$/.exec(block)?.[1] ?? [],
    );
    return told.length ? Number(told[told.length - 1]) : undefined;
}

/** The event in a block of the stream; comments and others hold none. */
export function parse(block: string): ChatEvent[] {
    const data = block
        .split("\n")
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).trim());
    if (!data.length) return [];
    const event = JSON.parse(data.join("\n")) as ChatEvent;
    return Number.isInteger(event.seq) && typeof event.text === "string" ? [event] : [];
}

/** Rest, but wake when the network is back. */
function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((done) => {
        const wake = () => {
            clearTimeout(timer);
            window.removeEventListener("online", wake);
            signal.removeEventListener("abort", wake);
            done();
        };
        const timer = setTimeout(wake, milliseconds);
        window.addEventListener("online", wake);
        signal.addEventListener("abort", wake);
    });
}
