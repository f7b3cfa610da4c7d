// The top of every screen: who this is, a person, the settings; always in the same place.

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Mark, Icon } from "./icons";
import { endPerson } from "./person";
import { framed, site } from "./site";
import { askForPerson } from "./talk";
import { useWords } from "./words";

interface HeaderProps {
    withPerson: boolean;
    onSettings: () => void;
    onClose: () => void;
}

export function Header({ withPerson, onSettings, onClose }: HeaderProps) {
    const words = useWords();
    const passing = usePassing(withPerson);
    return (
        <header class="header">
            <div class="inner">
                <Mark />
                <div class="who">
                    <div>
                        <h1>{words.name}</h1>
                        <p>{site.name}</p>
                    </div>
                </div>
                {!withPerson && (
                    <button type="button" class="button human" onClick={askForPerson} ref={passing}>
                        <Icon name="human" />
                        <span>{words.human}</span>
                    </button>
                )}
                <button
                    type="button"
                    class="button quiet"
                    onClick={onSettings}
                    aria-haspopup="dialog"
                >
                    <span class="label-icon">
                        <Icon name="settings" />
                    </span>
                    <span class="label">{words.settings}</span>
                </button>
                {framed && (
                    <button
                        type="button"
                        class="button quiet"
                        onClick={onClose}
                        aria-label={words.close}
                    >
                        <Icon name="close" />
                    </button>
                )}
            </div>
            {withPerson && (
                <div class="with-person">
                    <p>
                        <Icon name="human" />
                        <span>{words.with_person}</span>
                    </p>
                    {/* Not where the other button was: a second tap there must not end it. */}
                    <button type="button" class="button plain" onClick={endPerson} ref={passing}>
                        <span>{words.end_person}</span>
                    </button>
                </div>
            )}
        </header>
    );
}

/** A button that goes when somebody comes or leaves; if it had the focus, the conversation gets it. */
function usePassing(withPerson: boolean): RefObject<HTMLButtonElement | null> {
    const button = useRef<HTMLButtonElement>(null);
    // Read while the old button is still there; a page that embeds the chat keeps its own focus.
    const had = document.hasFocus() && button.current === document.activeElement;
    useLayoutEffect(() => {
        if (had) document.getElementById("log")?.focus({ preventScroll: true });
    }, [withPerson]);
    return button;
}
