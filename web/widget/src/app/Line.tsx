// One line of the conversation: who said it, what, and what one can do with it.

import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "./api";
import type { ChatEvent } from "./api";
import { Body, Shown } from "./cards";
import { offered, type Choice } from "./cards/shapes";
import { Icon } from "./icons";
import { look } from "./look";
import { Button } from "./parts";
import { canRead, readAloud, reading } from "./speech";
import { announce } from "./status";
import { useStore } from "./store";
import { choose, giveUp, resend, withTalk, type Note, type Outgoing } from "./talk";
import { useWords } from "./words";

interface LineProps {
    event: ChatEvent;
    active: boolean;
    withPerson: boolean;
}

export function Line({ event, active, withPerson }: LineProps) {
    const words = useWords();
    const name = { citizen: words.you, bot: words.bot, agent: words.agent, system: words.system }[
        event.from
    ];
    if (event.from === "citizen") {
        return (
            <div class="line citizen">
                <span class="hidden">{name}：</span>
                <p class="bubble words">{event.text}</p>
                {active && withPerson && <p class="sent quiet">{words.delivered}</p>}
            </div>
        );
    }
    const level = event.card?.type === "notice" ? event.card.level : "";
    const { elder } = useStore(look);
    const rated = event.card?.type === "answer" || event.card?.type === "estimate";
    const agent = event.from === "agent";
    const worthReading = rated || agent || elder || event.card?.type === "contributions";
    return (
        <div class={`line ${event.from} ${level}`} data-seq={event.seq}>
            <p class="name">
                {level === "outage" && <Icon name="alert" />}
                {name}
            </p>
            <div class={`bubble ${event.card?.type ?? ""}`}>
                <Body event={event} active={active} />
                {event.from !== "system" && worthReading && (
                    <Tools event={event} rated={rated && !agent} />
                )}
            </div>
            {active && <Choices event={event} />}
        </div>
    );
}

function Choices({ event }: { event: ChatEvent }) {
    const words = useWords();
    const choices = offered(event.card);
    if (!choices.length) return null;
    const tap = (choice: Choice) => {
        choose(choice.title, choice.payload);
        document.getElementById("log")?.focus({ preventScroll: true }); // this button is about to go
    };
    return (
        <div
            class="choices"
            role="group"
            aria-label={event.card?.type === "answer" ? words.more : words.pick}
        >
            {event.card?.type === "answer" && <p class="label">{words.more}</p>}
            {choices.map((choice) => (
                <Button key={choice.payload} onClick={() => tap(choice)}>
                    {choice.title}
                </Button>
            ))}
        </div>
    );
}

function Tools({ event, rated }: { event: ChatEvent; rated: boolean }) {
    const words = useWords();
    const { seq } = useStore(reading);
    const copy = async () => {
        const { copyText } = await import("./transcript");
        if (await copyText(event.text)) announce(words.copied);
    };
    return (
        <div class="tools">
            {rated && <Rating seq={event.seq} />}
            <div class="others">
                {canRead && (
                    <Button
                        kind="quiet"
                        icon={seq === event.seq ? "stop" : "aloud"}
                        pressed={seq === event.seq}
                        onClick={() =>
                            readAloud(event.seq, event.text, () => announce(words.no_voice))
                        }
                    >
                        {seq === event.seq ? words.stop_aloud : words.aloud}
                    </Button>
                )}
                {rated && (
                    <Button kind="quiet" icon="copy" onClick={copy}>
                        {words.copy}
                    </Button>
                )}
            </div>
        </div>
    );
}

function Rating({ seq }: { seq: number }) {
    const words = useWords();
    const [state, setState] = useState<"" | "helpful" | "why" | "told">("");
    const next = useRef<HTMLElement | null>(null);
    const here = (element: HTMLElement | null) => void (next.current = element);
    // The button that was pressed is gone.
    useEffect(() => {
        if (state) next.current?.focus({ preventScroll: true });
    }, [state]);
    const rate = async (helpful: boolean, reason?: string) => {
        try {
            await withTalk((talk) => api.rate(talk, seq, helpful, reason));
            setState(helpful ? "helpful" : reason ? "told" : "why");
            announce(helpful ? words.thanks : reason ? words.sorry : words.why);
        } catch {
            announce(words.not_saved);
        }
    };
    if (state === "helpful")
        return (
            <p class="rated" tabIndex={-1} ref={here}>
                <Icon name="check" />
                {words.thanks}
            </p>
        );
    if (state === "told")
        return (
            <p class="rated" tabIndex={-1} ref={here}>
                <Icon name="check" />
                {words.sorry}
            </p>
        );
    if (state === "why") {
        return (
            <div class="why" role="group" aria-label={words.why} tabIndex={-1} ref={here}>
                <p>{words.why}</p>
                {words.reasons.map((reason) => (
                    <Button key={reason} onClick={() => rate(false, reason)}>
                        {reason}
                    </Button>
                ))}
            </div>
        );
    }
    return (
        <div class="rating" role="group" aria-label={words.helpful_ask}>
            <Button kind="quiet" icon="up" onClick={() => rate(true)}>
                {words.helpful}
            </Button>
            <Button kind="quiet" icon="down" onClick={() => rate(false)}>
                {words.unhelpful}
            </Button>
        </div>
    );
}

export function OutgoingLine({ one }: { one: Outgoing }) {
    const words = useWords();
    return (
        <div class={`line citizen ${one.failed ? "failed" : "sending"}`}>
            <span class="hidden">{words.you}：</span>
            <p class="bubble words">{one.words}</p>
            {one.failed ? (
                <div class="failure" role="alert">
                    <p>
                        <Icon name="alert" />
                        <span>
                            {words.failed}
                            {one.why ? `：${one.why}` : ""}
                        </span>
                    </p>
                    <div class="row">
                        <Button onClick={() => giveUp(one.id)}>{words.give_up}</Button>
                        {!one.refused && (
                            <Button icon="again" onClick={() => resend(one.id)}>
                                {words.resend}
                            </Button>
                        )}
                    </div>
                </div>
            ) : (
                <p class="sent quiet">{words.sending}</p>
            )}
        </div>
    );
}

export function NoteLine({ note }: { note: Note }) {
    const words = useWords();
    return (
        <div class={`line ${note.card ? "bot" : "system"}`}>
            {note.card && <p class="name">{words.where}</p>}
            <div class="bubble">
                <p class="words">{words[note.words]}</p>
                {note.card && <Shown card={note.card} active={false} seq={0} />}
            </div>
        </div>
    );
}
