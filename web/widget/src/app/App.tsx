// The page: header, notice, conversation, status, composer; beside it, where there is room, a person.

import { useEffect, useState } from "preact/hooks";
import { panel, tell } from "./bridge";
import { Place } from "./cards/plain";
import { Composer } from "./Composer";
import { Header } from "./Header";
import { Hours } from "./Hours";
import { Icon } from "./icons";
import { Kiosk } from "./Kiosk";
import { Log } from "./Log";
import { Menu } from "./Menu";
import { Phone } from "./parts";
import { isWaiting, personSince } from "./person";
import { framed, kiosk, site } from "./site";
import { status } from "./status";
import { useStore } from "./store";
import { talk, type State } from "./talk";
import { Welcome } from "./Welcome";
import { useWords, type Words } from "./words";

const LONG = 8_000;

export function App() {
    const words = useWords();
    const state = useStore(talk);
    const [menu, setMenu] = useState(false);
    const [citizens, setCitizens] = useState(0); // on a kiosk the next one gets an empty field
    const close = () => tell("close");
    useEffect(() => {
        const escape = (event: KeyboardEvent) => {
            if (event.key === "Escape" && framed && !document.querySelector("dialog[open]"))
                close();
        };
        document.addEventListener("keydown", escape);
        return () => document.removeEventListener("keydown", escape);
    }, []);
    useTitle(words);
    const empty =
        !state.events.length &&
        !state.outbox.length &&
        !state.notes.some((one) => one.words === "help");
    return (
        <div class={`page ${framed ? "framed" : ""}`}>
            <Header
                withPerson={personSince(state.events) >= 0}
                onSettings={() => setMenu(true)}
                onClose={close}
            />
            <Bar offline={state.link === "offline"} />
            <div class="columns">
                <main>
                    <Log state={state}>{empty && <Welcome />}</Log>
                    <Status state={state} />
                    <Composer key={citizens} />
                </main>
                {!framed && <Aside />}
            </div>
            {menu && <Menu onClose={() => setMenu(false)} />}
            {kiosk && (
                <Kiosk
                    onWipe={() => {
                        setMenu(false);
                        setCitizens((many) => many + 1);
                    }}
                />
            )}
        </div>
    );
}

function Bar({ offline }: { offline: boolean }) {
    const words = useWords();
    if (offline) {
        return (
            <div class="bar warning">
                <p>
                    <Icon name="alert" />
                    <span>
                        {words.offline}
                        {words.urgent}{" "}
                        <a class="link" href={`tel:${site.phone}`}>
                            {site.phone}
                        </a>
                    </span>
                </p>
            </div>
        );
    }
    return (
        site.notice && (
            <div class={`bar ${site.notice.level}`}>
                <p>
                    <Icon name="alert" />
                    <span>{site.notice.text}</span>
                </p>
            </div>
        )
    );
}

function Status({ state }: { state: State }) {
    const words = useWords();
    const { words: said } = useStore(status);
    const waiting = isWaiting(state) && state.link !== "offline";
    const [long, setLong] = useState(false);
    useEffect(() => {
        setLong(false);
        if (!waiting) return;
        const timer = setTimeout(() => setLong(true), LONG);
        return () => clearTimeout(timer);
    }, [waiting, state.events.length]);
    const words_ =
        said ||
        (state.link === "offline"
            ? words.offline
            : waiting
              ? long
                  ? words.still_answering
                  : words.answering
              : "");
    return (
        <p class={state.link === "offline" && !said ? "hidden" : "status"} role="status">
            {waiting && !said && (
                <span class="dots" aria-hidden="true">
                    <i />
                    <i />
                    <i />
                </span>
            )}
            <span>{words_}</span>
        </p>
    );
}

function Aside() {
    const words = useWords();
    return (
        <aside aria-label={words.where}>
            <h2>{words.where}</h2>
            <Phone number={site.phone} strong />
            <Hours />
            {site.place && (
                <Place place={{ name: site.place, address: site.address ?? undefined }} />
            )}
        </aside>
    );
}

function useTitle(words: Words): void {
    const { unread } = useStore(panel);
    useEffect(() => {
        document.title = `${unread ? `(${unread}) ` : ""}${words.name} · ${site.name}`;
    }, [unread, words]);
}
