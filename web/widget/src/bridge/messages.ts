// What the host's page and the frame say to each other: a table keyed by name, each field checked.

export const APP = "shebao-chat";

type Check = (value: unknown) => boolean;
export type Table = Record<string, Record<string, Check>>;

const text =
    (most: number): Check =>
    (value) =>
        typeof value === "string" && value.length > 0 && value.length <= most;
const flag: Check = (value) => typeof value === "boolean";
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const oneOf =
    (...allowed: string[]): Check =>
    (value) =>
        typeof value === "string" && allowed.includes(value);

export const LOCALES = ["zh-CN", "zh-Hant", "en"] as const;
export type Locale = (typeof LOCALES)[number];

/** What a host's page may ask of the frame. */
export const TO_FRAME: Table = {
    hello: { open: flag },
    open: {},
    close: {},
    send: { text: text(500) },
    locale: { locale: oneOf(...LOCALES) },
    elder: { on: flag },
    reset: {},
};

/** What the frame tells the host's page. Never words of the conversation: they are the citizen's. */
export const TO_HOST: Table = {
    ready: {},
    close: {},
    message: { seq: count, from: oneOf("citizen", "bot", "agent", "system") },
    unread: { count },
    handoff: {},
    error: { code: text(40) },
};

export interface Told {
    name: string;
    data: Record<string, unknown>;
}

/** The message, if it is one of the table's in exactly its shape. */
export function read(table: Table, given: unknown): Told | null {
    if (typeof given !== "object" || given === null) return null;
    const { app, name, data } = given as Record<string, unknown>;
    if (app !== APP || typeof name !== "string" || !Object.hasOwn(table, name)) return null;
    const fields = table[name]!;
    const values = (data ?? {}) as Record<string, unknown>;
    if (typeof values !== "object" || Object.keys(values).length !== Object.keys(fields).length)
        return null;
    const whole = Object.entries(fields).every(
        ([field, check]) => Object.hasOwn(values, field) && check(values[field]),
    );
    return whole ? { name, data: values } : null;
}

/** A message as it travels. */
export function write(name: string, data: Record<string, unknown> = {}): object {
    return { app: APP, name, data };
}
