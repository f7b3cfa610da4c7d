// Gives components the words of the chosen language; other languages are fetched when wanted.

import type { Locale } from "../../bridge/messages";
import { look } from "../look";
import { Store, useStore } from "../store";
import { words as chinese, type Words } from "./zh-CN";

const LATER: Record<string, () => Promise<{ words: Words }>> = {
    "zh-Hant": () => import("./zh-Hant"),
    en: () => import("./en"),
};
const current = new Store<Words>(chinese);

look.watch(({ locale }) => void speak(locale));

/** Fetch the language and say everything in it; while that fails, what is spoken stays. */
export async function speak(locale: Locale): Promise<void> {
    const load = LATER[locale];
    const words = load
        ? await load().then(
              (file) => file.words,
              () => current.value,
          )
        : chinese;
    if (look.value.locale === locale && words !== current.value) current.set(words);
}

export type { Words };

export function useWords(): Words {
    return useStore(current);
}

export function words(): Words {
    return current.value;
}

/** Put values into a sentence: `{n}` becomes what `values.n` says. */
export function fill(sentence: string, values: Record<string, string | number>): string {
    return sentence.replace(/\{(\w+)\}/g, (whole, name: string) =>
        Object.hasOwn(values, name) ? String(values[name]) : whole,
    );
}

/** A date (2025-01-01) or a month (2025-01) as people write it; anything else as it is. */
export function day(written: string, said: Words): string {
    const [, y, m, d] = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(written) ?? [];
    if (!y || !m) return written;
    const plain = (number: string) => (said.date.includes("年") ? String(Number(number)) : number);
    return fill(d ? said.date : said.year_month, { y, m: plain(m), d: d ? plain(d) : "" });
}
