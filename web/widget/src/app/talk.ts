// The conversation of this tab: what was said, what is on its way, and whether the line holds.

import * as api from "./api";
import type { ChatEvent, Said, Talk } from "./api";
import type { Card } from "./cards/shapes";
import { follow, type Link } from "./follow";
import { forget, keep, recall } from "./kept";
import { locale } from "./look";
import { region, site } from "./site";
import { hush } from "./speech";
import { Store } from "./store";

export interface Outgoing {
    id: string;
    words: string;
    said: Said;
    failed: boolean;
    why?: string;
    seq?: number;
    /** Behind which event it stands since it could not be sent. */
    after?: number;
    /** The gateway does not take it as it is: to be mended, not to be sent again. */
    refused?: boolean;
    /** Its event seems to be here already, before the gateway has acknowledged it. */
    shown?: boolean;
}
/** Something this page says by itself; it stands behind the event `after`. */
export interface Note {
    key: string;
    after: number;
    words: "ended" | "no_files" | "help";
    card?: Card;
}
export interface State {
    events: ChatEvent[];
    outbox: Outgoing[];
    notes: Note[];
    link: Link;
    error?: string;
}

type Refusal = (problem: api.Refused) => void;

const TALK = `wenbao.talk.${site.key}`;
const OUTBOX = `wenbao.outbox.${site.key}`;
const HUMAN = "转人工"; // the words that the engine always understands
const PATIENCE_FOR_A_PERSON = 6_000;

export const talk = new Store<State>({ events: [], outbox: [], notes: [], link: "idle" });

let held: Talk | null = recall<Talk>(TALK);
let opening: Promise<Talk> | null = null;
let listening: AbortController | null = null;
let line: Promise<void> = Promise.resolve(); // one message at a time, so that they stay in order
let uncleared = new AbortController(); // what is on its way when it is cleared is given up

/** Go on where this tab left off: what was said, and what had not been sent. */
export function resume(): void {
    const left = recall<Outgoing[]>(OUTBOX) ?? [];
    talk.set({ outbox: held ? left : left.map((one) => ({ ...one, after: undefined })) });
    window.addEventListener("offline", () => setLink("offline"));
    window.addEventListener("online", () => held || setLink("idle"));
    if (held) listen(held);
    for (const one of left) post(one);
}

export function say(words: string): void {
    queue(words, { text: words });
}

export function choose(title: string, payload: string): void {
    queue(title, { choice: payload });
}

/** What the gateway does not take of a form goes back to the form, which can be mended. */
export function fillIn(
    title: string,
    payload: string,
    fields: Record<string, string>,
    refused: Refusal,
): void {
    queue(title, { choice: payload, fields }, refused);
}

/** Ask for a person; if nothing comes back soon, say where one is from what this page knows. */
export function askForPerson(): void {
    const before = lastSeq();
    const { signal } = uncleared;
    queue(HUMAN, { text: HUMAN });
    const answered = () =>
        signal.aborted ||
        talk.value.events.some((event) => event.seq > before && event.from !== "citizen");
    if (!navigator.onLine || talk.value.link === "offline") note("help", whereAPersonIs());
    else setTimeout(() => answered() || note("help", whereAPersonIs()), PATIENCE_FOR_A_PERSON);
}

export function resend(id: string): void {
    const one = talk.value.outbox.find((outgoing) => outgoing.id === id);
    if (one) post(one);
}

export function giveUp(id: string): void {
    setOutbox(talk.value.outbox.filter((one) => one.id !== id));
}

export function whereAPersonIs(): Card {
    return {
        type: "handoff",
        phone: site.phone,
        hours: "",
        places: site.place ? [{ name: site.place, address: site.address ?? undefined }] : [],
    };
}

export function note(words: Note["words"], card?: Card): void {
    const others = talk.value.notes.filter((one) => one.words !== words);
    talk.set({ notes: [...others, { key: words, after: lastSeq(), words, card }] });
}

/** End it here and at the gateway, and begin anew. */
export async function restart(): Promise<void> {
    const old = held;
    uncleared.abort();
    uncleared = new AbortController();
    opening = null;
    line = Promise.resolve();
    drop();
    if (old) await api.end(old).catch(() => null);
}

export async function withTalk<T>(act: (talk: Talk) => Promise<T>): Promise<T> {
    return act(held ?? (await openOne()));
}

function queue(words: string, said: Said, refused?: Refusal): void {
    const one: Outgoing = { id: newId(), words, said, failed: false };
    setOutbox([...talk.value.outbox, one]);
    post(one, refused);
}

function post(one: Outgoing, refused?: Refusal): void {
    change(one.id, { failed: false, why: undefined });
    line = line.then(() => deliver(one, true, refused));
}

async function deliver(one: Outgoing, again: boolean, refused?: Refusal): Promise<void> {
    const { signal } = uncleared;
    const isGone = () => !talk.value.outbox.some(({ id }) => id === one.id);
    if (isGone()) return;
    try {
        const current = held ?? (await openOne());
        if (isGone()) return;
        const { seq } = await api.send(current, one.id, one.said, signal);
        change(one.id, { seq });
        settle();
    } catch (problem) {
        if (isGone()) return;
        if (problem instanceof api.Refused && problem.ended && held && again) {
            startOver();
            return deliver(one, false, refused);
        }
        // It seems to have arrived and only the word of it was lost: asked about by itself, once.
        if (!(problem instanceof api.Refused) && again && isShown(one.id))
            return deliver(one, false, refused);
        fail(one.id, problem, refused);
    }
}

function fail(id: string, problem: unknown, refused?: Refusal): void {
    const told = problem instanceof api.Refused ? problem : null;
    talk.set({ error: told?.code ?? "network" });
    if (told?.status === 422 && refused) {
        giveUp(id);
        return refused(told);
    }
    const { outbox } = talk.value;
    const stands = outbox.find((one) => one.id === id)?.after;
    const after = stands ?? Math.max(lastSeq(), ...outbox.map((one) => one.seq ?? 0));
    change(id, { failed: true, why: told?.message, refused: told?.status === 422, after });
}

async function openOne(): Promise<Talk> {
    const { signal } = uncleared;
    const asked = (opening ??= api.open(site.key, locale(), region, signal));
    const opened = await asked.finally(() => opening === asked && (opening = null));
    if (signal.aborted) throw new Error("cleared");
    if (held !== opened) {
        held = opened;
        keep(TALK, opened);
        listen(opened);
    }
    return opened;
}

function listen(current: Talk): void {
    listening?.abort();
    const mine = (listening = new AbortController());
    talk.set({ link: "connecting" });
    const ear = { hear, link: setLink, ended: startOver };
    void follow(current, 0, ear, mine.signal);
}

function setLink(link: Link): void {
    if (link === talk.value.link) return;
    talk.set({ link });
    // What seems to have arrived is asked about again by itself; the rest waits for a tap.
    if (link === "online")
        talk.value.outbox.filter((one) => one.failed && one.shown).forEach((one) => post(one));
}

/** All behind `after` up to the last of `fresh`; what is held there and not told again is gone. */
function hear(fresh: ChatEvent[], after: number): void {
    const last = lastSeq();
    const added = fresh.filter((event) => event.seq > last);
    const { outbox } = talk.value;
    const said = added
        .filter((event) => event.from === "citizen" && !outbox.some((one) => one.seq === event.seq))
        .map((event) => event.text);
    const unsettled = outbox.filter((one) => one.seq === undefined && !one.shown);
    const flying = unsettled.find((one) => !one.failed);
    const failed = unsettled.find((one) => one.failed && said.includes(one.words));
    if (flying && said.length) change(flying.id, { shown: true });
    const end = fresh[fresh.length - 1]!.seq;
    const before = talk.value.events.filter((event) => event.seq <= after);
    const behind = talk.value.events.filter((event) => event.seq > end);
    talk.set({ events: [...before, ...fresh, ...behind] });
    settle();
    // The page was told that it failed, and here it is: the gateway is asked about the same id.
    if (failed && !flying) {
        change(failed.id, { shown: true });
        post(failed);
    }
}

function isShown(id: string): boolean {
    return talk.value.outbox.some((one) => one.id === id && one.shown);
}

/** Take from the outbox what is shown as an event by now. */
function settle(): void {
    const last = lastSeq();
    const left = talk.value.outbox.filter((one) => one.seq === undefined || one.seq > last);
    if (left.length !== talk.value.outbox.length) setOutbox(left);
}

/** The conversation is over at the other end: go on in a new one, and say so. */
function startOver(): void {
    const left = talk.value.outbox;
    drop();
    setOutbox(left.map((one) => ({ ...one, seq: undefined, after: undefined, shown: false })));
    note("ended");
}

function drop(): void {
    hush();
    listening?.abort();
    held = listening = null;
    forget(TALK);
    setOutbox([]);
    talk.set({ events: [], notes: [], link: "idle", error: undefined });
}

function change(id: string, to: Partial<Outgoing>): void {
    setOutbox(talk.value.outbox.map((one) => (one.id === id ? { ...one, ...to } : one)));
}

function setOutbox(outbox: Outgoing[]): void {
    // What was filled into a form is nobody's to find later, not even in this tab.
    const kept = outbox.filter((one) => !("fields" in one.said));
    if (kept.length) keep(OUTBOX, kept);
    else forget(OUTBOX);
    talk.set({ outbox });
}

function lastSeq(): number {
    const { events } = talk.value;
    return events.length ? events[events.length - 1]!.seq : 0;
}

/** A random UUID, also where `crypto.randomUUID` is missing (pages without TLS, old browsers). */
export function newId(): string {
    if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
