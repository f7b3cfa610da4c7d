// Where the citizen writes, or speaks.

import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icons";
import { canListen, listenOnce, type Ending } from "./speech";
import { announce } from "./status";
import { note, say } from "./talk";
import { fill, useWords } from "./words";

const LONGEST = 500;
const WARN_AT = 80;

export function Composer() {
    const words = useWords();
    const [text, setText] = useState("");
    const [stop, setStop] = useState<(() => void) | null>(null);
    const field = useRef<HTMLTextAreaElement>(null);
    const send = (event?: Event) => {
        event?.preventDefault();
        stop?.();
        const said = text.trim();
        if (said) say(said);
        setText("");
        field.current?.focus();
    };
    const listen = () => {
        if (stop) return stop();
        announce(words.listening);
        const ended = (how: Ending) => {
            setStop(null);
            announce(
                {
                    clear: "",
                    stopped: "",
                    unclear: words.not_heard,
                    refused: words.mic_refused,
                    missing: words.mic_missing,
                }[how],
            );
        };
        setStop(() => listenOnce((heard) => setText(heard.slice(0, LONGEST)), ended));
    };
    const key = (event: KeyboardEvent) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
    };
    const paste = (event: ClipboardEvent) => {
        if (event.clipboardData?.files.length) refuseFiles(event);
    };
    useEffect(() => fit(field.current), [text]);
    useEffect(refuseDrops, []);
    const left = LONGEST - text.length;
    return (
        <form class="composer" onSubmit={send}>
            <label for="text">{words.ask}</label>
            <div class="fields">
                <textarea
                    id="text"
                    ref={field}
                    rows={1}
                    maxLength={LONGEST}
                    value={text}
                    placeholder={words.placeholder}
                    autocomplete="off"
                    enterkeyhint="send"
                    aria-describedby={left <= WARN_AT ? "left" : undefined}
                    onInput={(event) => setText(event.currentTarget.value)}
                    onKeyDown={key}
                    onPaste={paste}
                />
                <div class="buttons">
                    {canListen && (
                        <button
                            type="button"
                            class="button quiet mic"
                            aria-pressed={Boolean(stop)}
                            onClick={listen}
                        >
                            <Icon name="mic" />
                            <span class="label">{words.speak}</span>
                        </button>
                    )}
                    <button type="submit" class="button strong send" aria-disabled={!text.trim()}>
                        <Icon name="send" />
                        <span>{words.send}</span>
                    </button>
                </div>
            </div>
            {left <= WARN_AT && (
                <p class="quiet small" id="left">
                    {fill(words.left, { n: left })}
                </p>
            )}
        </form>
    );
}

function fit(field: HTMLTextAreaElement | null): void {
    if (!field) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}

function refuseFiles(event: Event): void {
    event.preventDefault();
    note("no_files");
}

function refuseDrops(): () => void {
    const over = (event: Event) => event.preventDefault();
    document.addEventListener("dragover", over);
    document.addEventListener("drop", refuseFiles);
    return () => {
        document.removeEventListener("dragover", over);
        document.removeEventListener("drop", refuseFiles);
    };
}
