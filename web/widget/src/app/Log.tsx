// Everything that was said; in 长辈版 the last question alone, the rest behind one button.

import { Fragment } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatEvent } from "./api";
import { panel } from "./bridge";
import { Line, NoteLine, OutgoingLine } from "./Line";
import { look } from "./look";
import { Button } from "./parts";
import { personSince } from "./person";
import { useStore } from "./store";
import type { State } from "./talk";
import { useWords } from "./words";

export function Log({ state, children }: { state: State; children: preact.ComponentChildren }) {
    const words = useWords();
    const { elder } = useStore(look);
    const [all, setAll] = useState(false);
    const log = useRef<HTMLDivElement>(null);
    const { events, notes } = state;
    const outbox = state.outbox.filter((one) => !(one.shown && !one.failed));
    const onItsWay = outbox.some((one) => !one.failed);
    const places = outbox.map(({ after }) =>
        after === undefined ? events.length : placeOf(events, after),
    );
    const withPerson = personSince(events) >= 0;
    // What could not be sent is never behind the button: it still waits for a tap.
    const from = elder && !all ? Math.min(start(events), ...places) : 0;
    const shown = events.slice(from);
    const { open } = useStore(panel); // what came while it was closed had no height to scroll by
    useLayoutEffect(() => reveal(log.current), [events.length, outbox.length, notes.length, open]);
    const notesAt = (place: number) =>
        notes
            .filter((note) => placeOf(events, note.after) === place)
            .map((note) => <NoteLine note={note} key={note.key} />);
    const showAll = () => {
        setAll(true);
        log.current?.focus({ preventScroll: true }); // this button is about to go
    };
    const unsentAt = (place: number) =>
        outbox
            .filter((_, which) => places[which] === place)
            .map((one) => <OutgoingLine one={one} key={one.id} />);
    const last = events[events.length - 1];
    return (
        <div
            class="log"
            id="log"
            role="log"
            aria-live="polite"
            aria-relevant="additions"
            aria-label={words.log}
            tabIndex={0}
            ref={log}
        >
            <div class="inner">
                {children}
                {from > 0 && (
                    <div class="earlier">
                        <Button onClick={showAll}>{words.earlier}</Button>
                    </div>
                )}
                {from === 0 && events.length > 0 && notesAt(0)}
                {events.length > 0 && unsentAt(from)}
                {shown.map((event, place) => (
                    <Fragment key={event.seq}>
                        <Line
                            event={event}
                            active={event === last && !onItsWay}
                            withPerson={withPerson}
                        />
                        {event !== last && unsentAt(from + place + 1)}
                        {event !== last && notesAt(from + place + 1)}
                    </Fragment>
                ))}
                {unsentAt(events.length)}
                {notesAt(events.length)}
            </div>
        </div>
    );
}

/** How many events stand before a note. */
function placeOf(events: ChatEvent[], after: number): number {
    return events.filter((event) => event.seq <= after).length;
}

function lastQuestion(events: ChatEvent[]): number {
    for (let place = events.length - 1; place > 0; place -= 1)
        if (events[place]!.from === "citizen") return place;
    return 0;
}

/** The last question; what was said to a person belongs with all since they came, as one thing. */
function start(events: ChatEvent[]): number {
    const question = lastQuestion(events);
    const person = personSince(events.slice(0, question + 1));
    return person < 0 ? question : person;
}

/** Show the end, but never past the beginning of a new answer: it is read from the top. */
function reveal(log: HTMLDivElement | null): void {
    if (!log) return;
    const lines = log.querySelectorAll<HTMLElement>(".line");
    const last = lines[lines.length - 1];
    if (!last) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const tall = last.offsetHeight > log.clientHeight - 40;
    const scroller = log.scrollHeight > log.clientHeight + 1 ? log : document.scrollingElement!;
    const top =
        last.getBoundingClientRect().top -
        (scroller === log ? log.getBoundingClientRect().top : 0) +
        scroller.scrollTop;
    scroller.scrollTo({
        top: tall ? top - 12 : scroller.scrollHeight,
        behavior: calm ? "auto" : "smooth",
    });
}
