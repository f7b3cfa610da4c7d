// The few drawings; each only repeats what the words beside it say.

const PATHS = {
    human: "M4 14v-2a8 8 0 0 1 16 0v2M4 14a2 2 0 0 1 2-2h1v6H6a2 2 0 0 1-2-2v-2Zm16 0a2 2 0 0 0-2-2h-1v6h1a2 2 0 0 0 2-2v-2Zm-2 4c0 2-2 3-5 3",
    settings: "M4 7h9M17 7h3M4 12h3M11 12h9M4 17h11M19 17h1M15 5v4M9 10v4M17 15v4",
    close: "M6 6l12 12M18 6 6 18",
    send: "M12 19V6M6 11l6-6 6 6",
    mic: "M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3ZM5 11v1a7 7 0 0 0 14 0v-1M12 19v3",
    aloud: "M4 9v6h4l5 4V5L8 9H4ZM16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11",
    stop: "M7 7h10v10H7z",
    copy: "M9 9h11v11H9zM5 15H4V4h11v1",
    next: "M9 5l7 7-7 7",
    up: "M7 11v9H4v-9h3Zm0 0 4-8c1.5 0 2.5 1 2.5 2.5V9H19a2 2 0 0 1 2 2.3l-1.2 7A2 2 0 0 1 17.8 20H7",
    down: "M17 13V4h3v9h-3Zm0 0-4 8c-1.5 0-2.5-1-2.5-2.5V15H5a2 2 0 0 1-2-2.3l1.2-7A2 2 0 0 1 6.2 4H17",
    phone: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A15 15 0 0 1 3 6a2 2 0 0 1 2-2Z",
    pin: "M12 21c4.5-4.5 7-8 7-11a7 7 0 0 0-14 0c0 3 2.5 6.5 7 11ZM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
    clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3 2",
    doc: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
    alert: "M12 4 2.5 20h19L12 4ZM12 10v4M12 17v.5",
    check: "M5 12.5l4.5 4.5L19 7",
    lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    download: "M12 4v11M7 11l5 5 5-5M5 20h14",
    print: "M7 8V3h10v5M7 17H4V9h16v8h-3M7 14h10v7H7z",
    again: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4.5h4.5",
    big: "M3 19 8 6l5 13M4.7 15h6.6M15 19l3-8 3 8M16 16.5h4",
    qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 14h2M14 18h2v2M18 17v3h2",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
    return (
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={PATHS[name]} />
        </svg>
    );
}

export function Mark() {
    return (
        <svg class="mark" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
            <path class="shield" d="M24 3 7 9v14c0 10.6 7.2 18.6 17 22 9.8-3.4 17-11.4 17-22V9Z" />
            <path
                class="bubble-shape"
                d="M15 16h18a3 3 0 0 1 3 3v9a3 3 0 0 1-3 3h-8l-7 5v-5h-3a3 3 0 0 1-3-3v-9a3 3 0 0 1 3-3Z"
            />
            <path class="tick" d="m19 23.5 3.5 3.5 6.5-7" />
        </svg>
    );
}
