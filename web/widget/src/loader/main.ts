// The one script on a service centre's page: `ShebaoChat` and the launcher. Knows nothing of messages.

import { browserLocale } from "../bridge/locale";
import { TO_HOST, read, write, type Locale } from "../bridge/messages";
import { lay, lose } from "./cover";
import { fits, fitting, tellable, type Options } from "./given";
import { build, count, mount, show, speak, type Launcher } from "./launcher";

type Listener = (detail: Record<string, unknown>) => void;

const OPENED = "shebao-chat.open"; // remembered for the next page of the same site, in this tab
const WIDE = "(min-width: 641px)";
const LOST_AFTER = 8_000;
const script = document.currentScript as HTMLScriptElement | null;
const home = new URL(script?.src || location.href);

let launcher: Launcher | null = null;
let options: Options | null = null;
let locale: Locale = "zh-CN";
let isOpen = false;
let isReady = false;
let isFocusing = false;
let losing = 0;
let waiting: [string, Record<string, unknown>][] = [];
const listeners = new Map<string, Set<Listener>>();

const heard: Record<string, (data: Record<string, unknown>) => void> = {
    ready: () => {
        isReady = true;
        const hasFocus = launcher?.root.shadowRoot?.activeElement;
        uncover();
        if (options?.elder !== undefined) tell("elder", { on: options.elder });
        if (options?.locale) tell("locale", { locale: options.locale });
        for (const [name, data] of waiting.splice(0)) tell(name, data);
        if (isOpen && isFocusing && hasFocus) launcher?.frame?.focus();
        emit("ready");
    },
    close: () => api.close(),
    message: (data) => emit("message", data),
    unread: (data) => {
        if (launcher) count(launcher, data.count as number, locale);
        emit("unread", data);
    },
    handoff: () => emit("handoff"),
    error: (data) => emit("error", data),
};

function listen(event: MessageEvent): void {
    if (
        event.origin !== home.origin ||
        !launcher?.frame ||
        event.source !== launcher.frame.contentWindow
    )
        return;
    const told = read(TO_HOST, event.data);
    if (told) heard[told.name]?.(told.data);
}

function tell(name: string, data: Record<string, unknown> = {}): void {
    if (!fits(name, data)) return;
    if (isReady || name === "hello")
        launcher?.frame?.contentWindow?.postMessage(write(name, data), home.origin);
    else waiting.push([name, data]);
}

function load(): void {
    if (!launcher || !options || (launcher.frame && !launcher.cover?.isLost)) return;
    uncover();
    const address = new URL("frame", home);
    address.searchParams.set("site", options.site);
    const frame = mount(launcher, address.href, locale);
    frame.addEventListener("load", () => tell("hello", { open: isOpen }));
    launcher.cover = lay(launcher.panel, locale, () => api.close(), again);
    losing = window.setTimeout(lost, LOST_AFTER);
}

function uncover(): void {
    window.clearTimeout(losing);
    launcher?.cover?.root.remove();
    if (launcher) launcher.cover = null;
}

/** It may still come, over a slow line; then all of this goes away. */
function lost(): void {
    if (!launcher?.cover) return;
    lose(launcher.cover, locale);
    emit("error", { code: "not_loaded" });
}

function again(): void {
    load();
    launcher?.cover?.close.focus();
}

/** Once the app has come, it hears the key itself. */
function press(event: KeyboardEvent): void {
    if (event.key === "Escape" && launcher?.cover) api.close();
}

function emit(name: string, detail: Record<string, unknown> = {}): void {
    for (const listener of listeners.get(name) ?? []) {
        try {
            listener(detail);
        } catch (problem) {
            console.error(problem); // theirs; ours goes on
        }
    }
    window.dispatchEvent(new CustomEvent(`shebaochat:${name}`, { detail }));
}

function remember(open: boolean): void {
    try {
        sessionStorage.setItem(OPENED, open ? "yes" : "");
    } catch {
        // A page without storage starts closed.
    }
}

function wasOpen(): boolean {
    try {
        return sessionStorage.getItem(OPENED) === "yes" && matchMedia(WIDE).matches;
    } catch {
        return false;
    }
}

export const api = {
    init(given: Options): void {
        if (launcher) return;
        if (!document.body) {
            document.addEventListener("DOMContentLoaded", () => api.init(given));
            return;
        }
        options = fitting(given);
        if (!options) return;
        locale = options.locale ?? browserLocale();
        const look = {
            position: options.position ?? "right",
            brand: options.theme?.brand,
            zIndex: options.zIndex,
        } as const;
        launcher = build(look, locale, () => api.open());
        window.addEventListener("message", listen);
        document.addEventListener("keydown", press);
        if (options.openOnLoad || wasOpen()) api.open(false);
    },
    open(focus = true): void {
        if (!launcher || isOpen) return;
        isOpen = true;
        load();
        show(launcher, true);
        remember(true);
        tell("open");
        isFocusing = focus;
        if (focus) (launcher.cover?.close ?? launcher.frame)?.focus();
        emit("open");
    },
    close(): void {
        if (!launcher || !isOpen) return;
        isOpen = false;
        show(launcher, false);
        remember(false);
        tell("close");
        launcher.button.focus();
        emit("close");
    },
    toggle(): void {
        if (isOpen) api.close();
        else api.open();
    },
    send(text: string): void {
        api.open();
        tell("send", { text });
    },
    setLocale(wanted: Locale): void {
        if (!fits("locale", { locale: wanted })) return;
        locale = wanted;
        if (launcher) speak(launcher, locale);
        if (launcher?.frame) tell("locale", { locale });
        else if (options) options.locale = locale;
    },
    setElder(on: boolean): void {
        if (!fits("elder", { on })) return;
        if (launcher?.frame) tell("elder", { on });
        else if (options) options.elder = on;
    },
    reset(): void {
        if (launcher?.frame) tell("reset");
    },
    destroy(): void {
        window.removeEventListener("message", listen);
        document.removeEventListener("keydown", press);
        uncover();
        launcher?.root.remove();
        launcher = options = null;
        isOpen = isReady = isFocusing = false;
        waiting = [];
        listeners.clear();
    },
    on(name: string, listener: Listener): void {
        if (!tellable(name, listener)) return;
        if (!listeners.has(name)) listeners.set(name, new Set());
        listeners.get(name)!.add(listener);
    },
    off(name: string, listener: Listener): void {
        listeners.get(name)?.delete(listener);
    },
};

declare global {
    interface Window {
        ShebaoChat?: typeof api;
    }
}

function begin(): void {
    const { site, locale: wanted, elder, position, open } = script?.dataset ?? {};
    if (!site) return;
    api.init({
        site,
        locale: wanted as Locale | undefined,
        elder: elder === undefined ? undefined : elder !== "false",
        position: position as "left" | undefined,
        openOnLoad: open !== undefined && open !== "false",
    });
}

if (!window.ShebaoChat) {
    window.ShebaoChat = api;
    begin();
}
