// What a page gives us, looked at before it is used: a typo there must never break that page.

import { LOCALES, TO_FRAME, read, write, type Locale } from "../bridge/messages";

export interface Options {
    site: string;
    locale?: Locale;
    elder?: boolean;
    position?: "left" | "right";
    theme?: { brand?: string };
    zIndex?: number;
    openOnLoad?: boolean;
}

type Check = (value: any) => boolean;
const OPTIONS: Record<keyof Options, Check> = {
    site: (value) => typeof value === "string" && value !== "",
    locale: (value) => LOCALES.includes(value),
    elder: (value) => typeof value === "boolean",
    position: (value) => value === "left" || value === "right",
    // What is no colour would leave white words on nothing.
    theme: (value) => value?.brand === undefined || CSS.supports("color", value.brand),
    zIndex: (value) => Number.isInteger(Number(value)),
    openOnLoad: () => true,
};
const EVENTS = ["ready", "open", "close", "message", "unread", "handoff", "error"];

/** Tell whoever wrote the page what we left aside. */
function warn(what: string): void {
    console.warn(`ShebaoChat: ${what}`);
}

/** The options without those that are wrong; nothing where there is no site. */
export function fitting(given: unknown): Options | null {
    const fit: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(Object(given))) {
        if (OPTIONS[name as keyof Options]?.(value)) fit[name] = value;
        else if (value !== undefined) warn(`${name} is not known, or not like this`);
    }
    if (fit.site) return fit as unknown as Options;
    warn("init needs a site");
    return null;
}

/** Whether the frame takes this. */
export function fits(name: string, data: Record<string, unknown>): boolean {
    if (read(TO_FRAME, write(name, data))) return true;
    warn(`${name} does not take this`);
    return false;
}

/** Whether anybody can be told of this. */
export function tellable(name: string, listener: unknown): boolean {
    if (EVENTS.includes(name) && typeof listener === "function") return true;
    warn(`on needs a function and one of ${EVENTS.join(", ")}`);
    return false;
}
