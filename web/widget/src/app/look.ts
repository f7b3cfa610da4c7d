// How this citizen wants it to look, remembered in this browser: 长辈版, size, contrast, language.

import { browserLocale } from "../bridge/locale";
import { LOCALES, type Locale } from "../bridge/messages";
import { forget, keep, recall } from "./kept";
import { kiosk, site } from "./site";
import { Store } from "./store";

export interface Look {
    elder: boolean;
    size: number;
    contrast: boolean;
    locale: Locale;
}

const NAME = "wenbao.look";
export const SIZES = [16, 19, 22, 26, 30]; // px of a word where the browser's own are 16
const OWN = 16; // who made the browser's words larger gets all of ours larger in proportion
export const ELDER_FROM = 2;

const first: Look = {
    elder: Boolean(site.features?.elder),
    size: 0,
    contrast: false,
    locale: browserLocale(),
};
export const look = new Store<Look>(kiosk ? first : read());

export function locale(): Locale {
    return look.value.locale;
}

export function setLook(change: Partial<Look>): void {
    const next = { ...look.value, ...change };
    if (next.elder && next.size < ELDER_FROM) next.size = ELDER_FROM;
    if (change.elder === false) next.size = 0;
    look.set(next);
    if (!kiosk) keep(NAME, next, true);
    show(next);
}

export function resetLook(): void {
    forget(NAME, true);
    look.set(first);
    setLook({});
}

export function show({ elder, size, contrast, locale }: Look): void {
    const root = document.documentElement;
    root.lang = locale;
    root.toggleAttribute("data-elder", elder);
    root.toggleAttribute("data-contrast", contrast);
    root.style.fontSize = `${((SIZES[size] ?? OWN) / OWN) * 100}%`;
    const { brand, brand_dark } = site.theme ?? {};
    if (brand) root.style.setProperty("--site-brand", brand);
    if (brand_dark) root.style.setProperty("--site-brand-dark", brand_dark);
}

function read(): Look {
    const kept = recall<Partial<Look>>(NAME, true) ?? {};
    const wanted = { ...first, ...kept };
    const known = LOCALES.includes(wanted.locale) && wanted.size in SIZES;
    const found = known ? wanted : first;
    return found.elder && found.size < ELDER_FROM ? { ...found, size: ELDER_FROM } : found;
}
