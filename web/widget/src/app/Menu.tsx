// The settings: how it looks, what to do with the conversation, where a person is.

import { useEffect, useRef, useState } from "preact/hooks";
import { LOCALES } from "../bridge/messages";
import { Hours } from "./Hours";
import { ELDER_FROM, look, setLook, SIZES } from "./look";
import { Button, Phone } from "./parts";
import { kiosk, site } from "./site";
import { announce } from "./status";
import { useStore } from "./store";
import { restart, talk } from "./talk";
import { ElderSwitch } from "./Welcome";
import { Place } from "./cards/plain";
import { useWords } from "./words";

const LANGUAGES = { "zh-CN": "简体中文", "zh-Hant": "繁體中文", en: "English" };

export function Menu({ onClose }: { onClose: () => void }) {
    const words = useWords();
    const dialog = useRef<HTMLDialogElement>(null);
    useEffect(() => dialog.current?.showModal(), []);
    return (
        <dialog class="menu" ref={dialog} aria-labelledby="menu-title" onClose={onClose}>
            <div class="menu-head">
                <h2 id="menu-title">{words.settings}</h2>
                <Button icon="close" kind="quiet" onClick={() => dialog.current?.close()}>
                    {words.close}
                </Button>
            </div>
            <Display />
            <Conversation onDone={() => dialog.current?.close()} />
            <section>
                <h3>{words.where}</h3>
                <Phone number={site.phone} strong />
                <Hours />
                {site.place && (
                    <Place place={{ name: site.place, address: site.address ?? undefined }} />
                )}
            </section>
        </dialog>
    );
}

function Display() {
    const words = useWords();
    const { elder, size, contrast, locale } = useStore(look);
    const sizes = SIZES.map((_, place) => place).filter((place) => !elder || place >= ELDER_FROM);
    return (
        <section>
            <h3>{words.display}</h3>
            <ElderSwitch />
            <div class="row" role="group" aria-label={words.size}>
                {sizes.map((place) => (
                    <Button
                        key={place}
                        pressed={size === place}
                        onClick={() => setLook({ size: place })}
                    >
                        {words.sizes[place]}
                    </Button>
                ))}
            </div>
            <Button pressed={contrast} onClick={() => setLook({ contrast: !contrast })}>
                {words.contrast}
            </Button>
            <div class="row" role="group" aria-label={words.language}>
                {LOCALES.map((one) => (
                    <button
                        type="button"
                        class="button plain"
                        lang={one}
                        aria-pressed={locale === one}
                        onClick={() => setLook({ locale: one })}
                        key={one}
                    >
                        <span>{LANGUAGES[one]}</span>
                    </button>
                ))}
            </div>
        </section>
    );
}

function Conversation({ onDone }: { onDone: () => void }) {
    const words = useWords();
    const { events } = useStore(talk);
    const [sure, setSure] = useState<boolean | null>(null);
    const section = useRef<HTMLElement>(null);
    // The button that was pressed is gone; what is asked, or the button again, has the focus.
    useEffect(() => {
        const next = section.current?.querySelector<HTMLElement>(
            ":scope > .sure, :scope > .button",
        );
        if (sure !== null) next?.focus();
    }, [sure]);
    const copy = async () => {
        const { asText, copyText } = await import("./transcript");
        if (await copyText(asText())) announce(words.copied);
        onDone();
    };
    const clear = async () => {
        onDone();
        await restart();
        announce(words.restarted);
    };
    return (
        <section ref={section}>
            <h3>{words.this_talk}</h3>
            {events.length > 0 && (
                <div class="row">
                    <Button icon="copy" onClick={copy}>
                        {words.copy_all}
                    </Button>
                    <Button
                        icon="print"
                        onClick={() => {
                            onDone();
                            setTimeout(() => window.print(), 100);
                        }}
                    >
                        {words.print}
                    </Button>
                    {!kiosk && (
                        <Button
                            icon="download"
                            onClick={() =>
                                void import("./transcript").then((file) => file.download())
                            }
                        >
                            {words.save}
                        </Button>
                    )}
                </div>
            )}
            {sure ? (
                <div class="sure" role="alert" tabIndex={-1}>
                    <p>{words.restart_sure}</p>
                    <div class="row">
                        <Button kind="strong" onClick={clear}>
                            {words.restart_yes}
                        </Button>
                        <Button onClick={() => setSure(false)}>{words.cancel}</Button>
                    </div>
                </div>
            ) : (
                <Button icon="again" onClick={() => setSure(true)}>
                    {words.restart}
                </Button>
            )}
        </section>
    );
}
