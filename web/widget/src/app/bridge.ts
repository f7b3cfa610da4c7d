// Speaks with the page that this frame stands on: exact origins, checked shapes, no words of the talk.

import { TO_FRAME, TO_HOST, read, write, type Locale } from "../bridge/messages";
import { setLook } from "./look";
import { framed, site } from "./site";
import { hush } from "./speech";
import { restart, say, talk } from "./talk";
import { Store } from "./store";

/** Whether the panel is open, and how many messages came while nobody looked. */
export const panel = new Store<{ open: boolean; unread: number }>({ open: !framed, unread: 0 });

let host: string | null = null;
let opened: () => void = () => undefined;

const heard: Record<string, (data: Record<string, unknown>) => void> = {
    hello: (data) => {
        tell("ready");
        if (data.open) heard.open!({});
    },
    open: () => {
        panel.set({ open: true, unread: 0 });
        tell("unread", { count: 0 });
        opened();
    },
    close: () => {
        hush(); // nobody looks at it any longer
        panel.set({ open: false });
    },
    send: (data) => say(data.text as string),
    locale: (data) => setLook({ locale: data.locale as Locale }),
    elder: (data) => setLook({ elder: data.on as boolean }),
    reset: () => void restart(),
};

export function tell(name: string, data: Record<string, unknown> = {}): void {
    if (host === null) return;
    const message = write(name, data);
    if (read(TO_HOST, message)) window.parent.postMessage(message, host);
}

export function connect(onOpen: () => void): void {
    opened = onOpen;
    watch();
    if (!framed || window.parent === window) return;
    const allowed = new Set([...site.origins, location.origin]);
    window.addEventListener("message", (event) => {
        if (event.source !== window.parent || !allowed.has(event.origin)) return;
        if (host !== null && event.origin !== host) return;
        const told = read(TO_FRAME, event.data);
        if (!told) return;
        host = event.origin;
        heard[told.name]?.(told.data);
    });
}

/** Tell of each new event and failure once. */
function watch(): void {
    let seen = 0;
    let error: string | undefined;
    const start = Date.now();
    talk.watch(({ events, error: now }) => {
        if (now && now !== error) tell("error", { code: now });
        error = now;
        if (events.length && events[events.length - 1]!.seq < seen) seen = 0;
        if (!events.length) seen = 0;
        const fresh = events.filter((event) => event.seq > seen);
        for (const event of fresh) {
            seen = event.seq;
            tell("message", { seq: event.seq, from: event.from });
            if (event.card?.type === "handoff") tell("handoff");
        }
        const others = fresh.filter(
            (event) => event.from !== "citizen" && new Date(event.at).getTime() > start - 60_000,
        );
        const { open, unread } = panel.value;
        if (!others.length || (open && !document.hidden)) return;
        panel.set({ unread: unread + others.length });
        tell("unread", { count: panel.value.unread });
    });
    document.addEventListener("visibilitychange", () => {
        if (!document.hidden && panel.value.open && panel.value.unread) panel.set({ unread: 0 });
    });
}
