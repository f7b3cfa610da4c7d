// What lies over the frame until the app has come: a way to close it, and a way on if it never comes.

import type { Locale } from "../bridge/messages";

const PHONE = "12333"; // the loader knows no site; this number is answered everywhere
const WORDS: Record<Locale, { wait: string; lost: string; again: string; close: string }> = {
    "zh-CN": {
        wait: "正在打开，请稍等……",
        lost: "现在打不开，可能是网络不通。请过一会儿再试，着急的话请打电话：",
        again: "再试一次",
        close: "关闭",
    },
    "zh-Hant": {
        wait: "正在打開，請稍等……",
        lost: "現在打不開，可能是網路不通。請過一會兒再試，著急的話請打電話：",
        again: "再試一次",
        close: "關閉",
    },
    en: {
        wait: "Opening, please wait…",
        lost: "The chat does not open; the connection may be down. Try again later, or call:",
        again: "Try again",
        close: "Close",
    },
};

export interface Cover {
    root: HTMLElement;
    close: HTMLButtonElement;
    said: HTMLElement;
    phone: HTMLAnchorElement;
    again: HTMLButtonElement;
    isLost: boolean;
}

/** Lay it over the panel. */
export function lay(
    panel: HTMLElement,
    locale: Locale,
    onClose: () => void,
    onAgain: () => void,
): Cover {
    const root = document.createElement("div");
    root.className = "cover";
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    const phone = document.createElement("a");
    phone.href = `tel:${PHONE}`;
    phone.textContent = PHONE;
    const close = button(onClose);
    close.className = "close";
    const again = button(onAgain);
    phone.hidden = again.hidden = true;
    root.append(close, said, phone, again);
    panel.append(root);
    const cover = { root, close, said, phone, again, isLost: false };
    name(cover, locale);
    return cover;
}

/** The app has not come: say so, with the way on. */
export function lose(cover: Cover, locale: Locale): void {
    cover.isLost = true;
    cover.phone.hidden = cover.again.hidden = false;
    name(cover, locale);
}

/** Say everything on it in this language. */
export function name(cover: Cover, locale: Locale): void {
    const words = WORDS[locale];
    cover.said.textContent = cover.isLost ? words.lost : words.wait;
    cover.again.textContent = words.again;
    cover.close.textContent = words.close;
}

function button(press: () => void): HTMLButtonElement {
    const made = document.createElement("button");
    made.type = "button";
    made.addEventListener("click", press);
    return made;
}
