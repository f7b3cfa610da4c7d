// The top of every screen: who this is, a person, the settings; always in the same place.

import { Mark, Icon } from "./icons";
import { framed, site } from "./site";
import { askForPerson } from "./talk";
import { useWords } from "./words";

export function Header({ onSettings, onClose }: { onSettings: () => void; onClose: () => void }) {
    const words = useWords();
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
                <button type="button" class="button human" onClick={askForPerson}>
                    <Icon name="human" />
                    <span>{words.human}</span>
                </button>
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
        </header>
    );
}
