// Reads aloud and listens, where the browser can.

import { look } from "./look";
import { site } from "./site";
import { Store } from "./store";

interface Recognition extends EventTarget {
    lang: string;
    interimResults: boolean;
    start(): void;
    abort(): void;
    onresult: ((event: { results: ArrayLike<ArrayLike<{ transcript: string }>> }) => void) | null;
    onerror: ((event: { error: string }) => void) | null;
    onend: (() => void) | null;
}
type Recognitions = {
    SpeechRecognition?: new () => Recognition;
    webkitSpeechRecognition?: new () => Recognition;
};

const { SpeechRecognition, webkitSpeechRecognition } = window as unknown as Recognitions;
const Listener = SpeechRecognition ?? webkitSpeechRecognition;
const VOICELESS = 3_000;
const VOICES = { "zh-CN": "zh-CN", "zh-Hant": "zh-TW", en: "en-US" };

export type Ending = "clear" | "unclear" | "stopped" | "refused" | "missing";
/** What a browser says when it does not listen; anything else was only not understood. */
const ENDINGS: Record<string, Ending> = {
    aborted: "stopped",
    "not-allowed": "refused",
    "service-not-allowed": "missing",
    "audio-capture": "missing",
    "language-not-supported": "missing",
    network: "missing",
};

let deafen: () => void = () => undefined;

export const canListen = Boolean(Listener) && site.features?.voice !== false;
export const canRead = "speechSynthesis" in window && site.features?.read_aloud !== false;
export const reading = new Store<{ seq: number | null }>({ seq: null });

/** Read the words of an event; the same again, or another, ends it. `silent`: nothing is heard. */
export function readAloud(seq: number, words: string, silent: () => void): void {
    const stop = reading.value.seq === seq;
    speechSynthesis.cancel();
    reading.set({ seq: null });
    if (stop) return;
    const said = new SpeechSynthesisUtterance(words);
    said.lang = /[\u4e00-\u9fff]/.test(words)
        ? VOICES[look.value.locale === "zh-Hant" ? "zh-Hant" : "zh-CN"]
        : VOICES.en;
    said.rate = look.value.elder ? 0.85 : 1;
    const over = () => reading.value.seq === seq && reading.set({ seq: null });
    const failed = () => {
        if (reading.value.seq !== seq) return; // stopped by a tap, or another is read
        over();
        silent();
    };
    // Some browsers without a voice report nothing at all.
    const timer = setTimeout(() => speechSynthesis.getVoices().length || failed(), VOICELESS);
    said.onstart = () => clearTimeout(timer);
    said.onend = () => (clearTimeout(timer), over());
    said.onerror = () => (clearTimeout(timer), failed());
    reading.set({ seq });
    speechSynthesis.speak(said);
}

/** Say no more, and hear no more. */
export function hush(): void {
    if (canRead) speechSynthesis.cancel();
    reading.set({ seq: null });
    deafen();
}

/** A page that nobody looks at hears nothing. */
document.addEventListener("visibilitychange", () => {
    if (document.hidden) deafen();
});

/** Listen once; how to stop it. */
export function listenOnce(
    heard: (words: string) => void,
    ended: (how: Ending) => void,
): () => void {
    if (!Listener) return () => undefined;
    const ear = new Listener();
    let how: Ending = "unclear";
    ear.lang = VOICES[look.value.locale];
    ear.interimResults = true;
    ear.onresult = ({ results }) => {
        how = "clear";
        heard(Array.from(results, (result) => result[0]?.transcript ?? "").join(""));
    };
    ear.onerror = ({ error }) => {
        if (how === "unclear") how = ENDINGS[error] ?? how;
    };
    ear.onend = () => ended(how);
    ear.start();
    return (deafen = () => ear.abort());
}
