// Small parts that every screen uses: buttons, links that warn, things that unfold.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Icon, type IconName } from "./icons";
import { fill, useWords } from "./words";

interface ButtonProps {
    icon?: IconName;
    kind?: "plain" | "strong" | "quiet" | "wide";
    pressed?: boolean;
    label?: string;
    disabled?: boolean;
    busy?: boolean;
    onClick: () => void;
    children?: ComponentChildren;
}

export function Button({
    icon,
    kind = "plain",
    pressed,
    label,
    disabled,
    busy,
    onClick,
    children,
}: ButtonProps) {
    return (
        <button
            type="button"
            class={`button ${kind}`}
            aria-pressed={pressed}
            aria-label={label}
            aria-busy={busy}
            disabled={disabled}
            onClick={onClick}
        >
            {icon && <Icon name={icon} />}
            {children && <span>{children}</span>}
            {kind === "wide" && <Icon name="next" />}
        </button>
    );
}

export function Phone({ number, strong }: { number: string; strong?: boolean }) {
    const [before, after] = useWords().call.split("{phone}");
    return (
        <a
            class={`button ${strong ? "strong" : "plain"}`}
            href={`tel:${number.replace(/[^0-9+]/g, "")}`}
        >
            <Icon name="phone" />
            <span>
                {before}
                <span class="whole">{number}</span>
                {after}
            </span>
        </a>
    );
}

export function Fold({
    title,
    icon,
    open,
    children,
}: {
    title: string;
    icon?: IconName;
    open?: boolean;
    children: ComponentChildren;
}) {
    return (
        <details class="fold" open={open}>
            <summary>
                {icon && <Icon name={icon} />}
                <span>{title}</span>
            </summary>
            <div class="folded">{children}</div>
        </details>
    );
}

/** Only addresses of the web, and of nothing that could run here. */
export function webAddress(written: string): URL | null {
    try {
        const url = new URL(written);
        return (url.protocol === "https:" || url.protocol === "http:") &&
            !url.username &&
            !url.password
            ? url
            : null;
    } catch {
        return null;
    }
}

export function isGovernment(host: string): boolean {
    return host === "gov.cn" || host.endsWith(".gov.cn");
}

/** A link: to a government page at once, elsewhere only after a word of warning. */
export function Away({ to, children }: { to: string; children: ComponentChildren }) {
    const words = useWords();
    const [asked, setAsked] = useState(false);
    const url = webAddress(to);
    if (!url) return <span>{children}</span>;
    const attributes = { href: url.href, target: "_blank", rel: "noopener noreferrer" };
    if (isGovernment(url.hostname)) {
        return (
            <a class="link" {...attributes}>
                {children}
            </a>
        );
    }
    if (!asked) {
        return (
            <button type="button" class="link" onClick={() => setAsked(true)}>
                {children}
            </button>
        );
    }
    return (
        <span class="leaving" role="alert">
            <span>{fill(words.leaving, { host: url.hostname })}</span>
            <span class="row">
                <a class="button plain" {...attributes}>
                    {words.go}
                </a>
                <Button kind="strong" onClick={() => setAsked(false)}>
                    {words.stay}
                </Button>
            </span>
        </span>
    );
}

const ADDRESS = /(https?:\/\/[^\s<>"'，。；：！？、）】》」\u3000]+)/g;

/** Words of the assistant or of staff; addresses in them can be opened. */
export function Rich({ text }: { text: string }) {
    const pieces = text.split(ADDRESS);
    return (
        <>
            {pieces.map((piece, place) =>
                place % 2 ? (
                    <Away to={piece} key={place}>
                        {piece}
                    </Away>
                ) : (
                    piece
                ),
            )}
        </>
    );
}
