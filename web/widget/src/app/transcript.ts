// The conversation as plain text: to copy, to print, to keep.

import { saveBlob } from "./save";
import { site } from "./site";
import { talk } from "./talk";
import { words } from "./words";

export function asText(): string {
    const said = words();
    const names = { citizen: said.you, bot: said.bot, agent: said.agent, system: said.system };
    const lines = talk.value.events.map((event) => {
        const card =
            event.card?.type === "answer" && event.card.detail ? `\n${event.card.detail}` : "";
        return `[${new Date(event.at).toLocaleString()}] ${names[event.from]}\n${event.text}${card}`;
    });
    return [`${said.transcript} · ${site.name}`, ...lines].join("\n\n") + "\n";
}

export async function copyText(text: string): Promise<boolean> {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        return copyByHand(text);
    }
}

export function download(): void {
    const day = new Date().toISOString().slice(0, 10);
    saveBlob(
        new Blob(["\ufeff", asText()], { type: "text/plain;charset=utf-8" }),
        `${words().transcript}-${day}.txt`,
    );
}

/** The way of old browsers, and of frames that may not use the clipboard. */
function copyByHand(text: string): boolean {
    const field = document.createElement("textarea");
    field.value = text;
    field.setAttribute("readonly", "");
    field.className = "hidden";
    (document.querySelector("dialog[open]") ?? document.body).append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
}
