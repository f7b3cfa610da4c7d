// On a machine that many people use: after a while alone, a warning; then everything is wiped.

import { useEffect, useState } from "preact/hooks";
import { resetLook } from "./look";
import { Button } from "./parts";
import { site } from "./site";
import { announce } from "./status";
import { restart, talk } from "./talk";
import { fill, useWords } from "./words";

export const WARNING = 30; // seconds; WCAG 2.2, 2.2.1 asks for 20
const SIGNS = ["pointerdown", "keydown", "wheel", "touchstart", "input"] as const;

export function Kiosk({ onWipe }: { onWipe: () => void }) {
    const words = useWords();
    const [left, setLeft] = useState<number | null>(null);
    useEffect(() => {
        const idle = Math.max(site.features.idle_seconds, WARNING * 2);
        let since = Date.now();
        const alive = () => {
            since = Date.now();
            setLeft(null);
        };
        const look = setInterval(() => {
            const seconds = Math.round((Date.now() - since) / 1000);
            if (seconds >= idle) {
                since = Date.now();
                setLeft(null);
                void wipe(onWipe, words.wiped);
            } else setLeft(seconds >= idle - WARNING && hasSomething() ? idle - seconds : null);
        }, 1000);
        for (const sign of SIGNS) document.addEventListener(sign, alive, { passive: true });
        return () => {
            clearInterval(look);
            for (const sign of SIGNS) document.removeEventListener(sign, alive);
        };
    }, [words]);
    if (left === null) return null;
    return (
        <div class="idle" role="alertdialog" aria-modal="false" aria-labelledby="idle-words">
            <p id="idle-words">{fill(words.idle, { n: left })}</p>
            <Button kind="strong" onClick={() => setLeft(null)}>
                {words.still_here}
            </Button>
        </div>
    );
}

function hasSomething(): boolean {
    return talk.value.events.length + talk.value.outbox.length + talk.value.notes.length > 0;
}

async function wipe(done: () => void, words: string): Promise<void> {
    const had = hasSomething();
    done();
    resetLook();
    await restart();
    if (had) announce(words);
}
