// The language of the citizen's browser, for the launcher and the app alike.

import type { Locale } from "./messages";

export function browserLocale(): Locale {
    const named = navigator.language.toLowerCase();
    if (/^zh-(tw|hk|mo|hant)/.test(named)) return "zh-Hant";
    return named.startsWith("zh") ? "zh-CN" : named.startsWith("en") ? "en" : "zh-CN";
}
