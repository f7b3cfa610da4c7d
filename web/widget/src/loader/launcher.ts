// The button on the host's page and the panel with the frame, in an open shadow root.

import type { Locale } from "../bridge/messages";
import { name, type Cover } from "./cover";
import { STYLE } from "./style";

const WORDS: Record<Locale, { open: string; panel: string; unread: string }> = {
    "zh-CN": { open: "社保咨询", panel: "社保咨询对话", unread: "条新消息" },
    "zh-Hant": { open: "社保諮詢", panel: "社保諮詢對話", unread: "則新訊息" },
    en: {
        open: "Ask about social insurance",
        panel: "Social insurance chat",
        unread: "new messages",
    },
};
const SVG = "http://www.w3.org/2000/svg";
const SHAPES: [string, Record<string, string>][] = [
    ["path", { d: "M24 3 7 9v14c0 10.6 7.2 18.6 17 22 9.8-3.4 17-11.4 17-22V9Z", fill: "#fff" }],
    [
        "path",
        {
            d: "m15.5 24 6 6 11-12",
            fill: "none",
            stroke: "#0b5d52",
            "stroke-width": "4",
            "stroke-linecap": "round",
            "stroke-linejoin": "round",
        },
    ],
];

export interface Launcher {
    root: HTMLElement;
    button: HTMLButtonElement;
    panel: HTMLElement;
    frame: HTMLIFrameElement | null;
    cover: Cover | null;
    label: HTMLElement;
    badge: HTMLElement;
}

export interface Look {
    position: "left" | "right";
    brand?: string;
    zIndex?: number;
}

/** Put the launcher on the page. */
export function build(look: Look, locale: Locale, press: () => void): Launcher {
    const root = document.createElement("shebao-chat");
    root.dataset.position = look.position;
    if (look.brand) root.style.setProperty("--shebao-brand", look.brand);
    if (look.zIndex) root.style.setProperty("--shebao-z", String(look.zIndex));
    const shadow = root.attachShadow({ mode: "open" });
    dress(shadow);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "launcher";
    button.setAttribute("aria-expanded", "false");
    const label = document.createElement("span");
    const badge = document.createElement("span");
    badge.className = "badge";
    badge.hidden = true;
    button.append(icon(), label, badge);
    button.addEventListener("click", press);
    const panel = document.createElement("section");
    panel.className = "panel";
    panel.hidden = true;
    shadow.append(button, panel);
    document.body.append(root);
    const launcher = { root, button, panel, frame: null, cover: null, label, badge };
    speak(launcher, locale);
    return launcher;
}

/** Load the app into the panel, anew where it did not come. */
export function mount(launcher: Launcher, address: string, locale: Locale): HTMLIFrameElement {
    launcher.frame?.remove();
    const frame = document.createElement("iframe");
    frame.title = WORDS[locale].panel;
    frame.allow = "microphone; clipboard-write";
    frame.src = address;
    launcher.panel.append(frame);
    launcher.frame = frame;
    return frame;
}

/** Show or hide the panel; the launcher is there whenever the panel is not. */
export function show(launcher: Launcher, open: boolean): void {
    launcher.panel.hidden = !open;
    launcher.button.hidden = open;
    launcher.button.setAttribute("aria-expanded", String(open));
}

/** Say everything in this language. */
export function speak(launcher: Launcher, locale: Locale): void {
    const words = WORDS[locale];
    launcher.root.lang = locale;
    launcher.label.textContent = words.open;
    launcher.panel.setAttribute("aria-label", words.panel);
    if (launcher.frame) launcher.frame.title = words.panel;
    if (launcher.cover) name(launcher.cover, locale);
}

/** Show how many messages nobody has seen. */
export function count(launcher: Launcher, unread: number, locale: Locale): void {
    launcher.badge.hidden = unread === 0;
    launcher.badge.textContent = unread > 99 ? "99+" : String(unread);
    const words = WORDS[locale];
    if (unread)
        launcher.button.setAttribute("aria-label", `${words.open}, ${unread} ${words.unread}`);
    else launcher.button.removeAttribute("aria-label");
}

/** No policy forbids a sheet that is made by script; Safari before 16.4 cannot make one. */
function dress(shadow: ShadowRoot): void {
    try {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(STYLE);
        shadow.adoptedStyleSheets = [sheet];
    } catch {
        const style = document.createElement("style");
        style.textContent = STYLE;
        shadow.append(style);
    }
}

function icon(): SVGElement {
    const drawn = document.createElementNS(SVG, "svg");
    drawn.setAttribute("viewBox", "0 0 48 48");
    drawn.setAttribute("aria-hidden", "true");
    for (const [name, attributes] of SHAPES) {
        const shape = document.createElementNS(SVG, name);
        for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
        drawn.append(shape);
    }
    return drawn;
}
