// The public chat API, one thin function a call. The token travels in a header, never in an address.

import type { Card } from "./cards/shapes";
import { done, type Work } from "./effort";

const BASE = "/api/chat/conversations";
const PATIENCE = 15_000;

export interface Talk {
    conversation: string;
    token: string;
}
export interface ChatEvent {
    seq: number;
    at: string;
    from: "citizen" | "bot" | "agent" | "system";
    text: string;
    card?: Card;
}
/** What stands behind an event, and how often earlier ones were rewritten or removed. */
export interface Behind {
    events: ChatEvent[];
    rewritten: number;
}
export type Said = { text: string } | { choice: string; fields?: Record<string, string> };

export class Refused extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
        readonly work?: Work,
        readonly field?: string,
    ) {
        super(message);
    }
    /** The conversation is over, here or at the other end. */
    get ended(): boolean {
        return this.status === 401 || this.status === 404;
    }
}

export function open(
    site: string,
    locale: string,
    region: string | null,
    signal: AbortSignal,
): Promise<Talk> {
    const body = region ? { site, locale, region } : { site, locale };
    return call(BASE, "POST", { body, signal });
}

export function send(
    talk: Talk,
    id: string,
    said: Said,
    signal: AbortSignal,
): Promise<{ seq: number }> {
    return call(`${BASE}/${talk.conversation}/messages`, "POST", {
        talk,
        signal,
        body: { client_id: id, ...said },
    });
}

export async function events(
    talk: Talk,
    after: number,
    wait: number,
    signal: AbortSignal,
): Promise<Behind> {
    const path = `${BASE}/${talk.conversation}/events?after=${after}&wait=${wait}`;
    return fetched(path, "GET", { talk, signal }, async (answer) => ({
        events: (await answer.json()) as ChatEvent[],
        rewritten: Number(answer.headers.get("Wenbao-Rewritten")) || 0,
    }));
}

export async function stream(talk: Talk, after: number, signal: AbortSignal): Promise<Response> {
    const headers = {
        ...authorised(talk),
        Accept: "text/event-stream",
        "Last-Event-ID": String(after),
    };
    return checked(
        await fetch(`${BASE}/${talk.conversation}/events`, { headers, signal, cache: "no-store" }),
    );
}

export function rate(talk: Talk, seq: number, helpful: boolean, comment?: string): Promise<null> {
    const body = comment ? { helpful, comment } : { helpful };
    return call(`${BASE}/${talk.conversation}/events/${seq}/feedback`, "POST", { talk, body });
}

export function signIn(talk: Talk): Promise<{ url: string }> {
    return call(`${BASE}/${talk.conversation}/sign-in`, "POST", { talk });
}

/** Who asks again and again lets the browser work first; `working` hears that it does. */
export async function askForCode(
    talk: Talk,
    wish: Record<string, string>,
    working: () => void,
): Promise<{ expires_in: number }> {
    const ask = (work?: unknown) =>
        call<{ expires_in: number }>(`${BASE}/${talk.conversation}/codes`, "POST", {
            talk,
            body: { ...wish, work },
        });
    try {
        return await ask();
    } catch (problem) {
        if (!(problem instanceof Refused) || !problem.work) throw problem;
        working();
        return ask(await done(problem.work));
    }
}

export function giveCode(talk: Talk, answer: { purpose: string; code: string }): Promise<unknown> {
    return call(`${BASE}/${talk.conversation}/codes/verify`, "POST", { talk, body: answer });
}

export function end(talk: Talk): Promise<null> {
    return call(`${BASE}/${talk.conversation}`, "DELETE", { talk });
}

/** A document that only this conversation may fetch. */
export async function file(talk: Talk, path: string): Promise<Blob> {
    return (await checked(await fetch(path, { headers: authorised(talk) }))).blob();
}

function authorised(talk: Talk | undefined): Record<string, string> {
    return talk ? { Authorization: `Bearer ${talk.token}` } : {};
}

interface Given {
    talk?: Talk;
    body?: unknown;
    signal?: AbortSignal;
}

function call<T>(path: string, method: string, given: Given = {}): Promise<T> {
    return fetched(path, method, given, async (answer) =>
        answer.status === 204 ? (null as T) : ((await answer.json()) as T),
    );
}

async function fetched<T>(
    path: string,
    method: string,
    { talk, body, signal }: Given,
    read: (answer: Response) => Promise<T>,
): Promise<T> {
    const headers = authorised(talk);
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), PATIENCE + (method === "GET" ? 30_000 : 0));
    signal?.addEventListener("abort", () => late.abort());
    try {
        const answer = await fetch(path, {
            method,
            headers,
            signal: late.signal,
            cache: "no-store",
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        return await read(await checked(answer));
    } finally {
        clearTimeout(timer);
    }
}

async function checked(answer: Response): Promise<Response> {
    if (answer.ok) return answer;
    const told = (await answer.json().catch(() => ({}))) as {
        error?: string;
        message?: string;
        work?: Work;
        field?: string;
    };
    const { error = "unknown", message = "", work, field } = told;
    throw new Refused(answer.status, error, message, work, field);
}
