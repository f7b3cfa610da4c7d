// Draws an address as a QR code.

import { encode } from "uqr";

const MARGIN = 4; // modules of quiet around it; scanners want them

export function QrCode({ url, label }: { url: string; label: string }) {
    const { data, size } = encode(url, { border: 0, ecc: "M" });
    const dark = data.flatMap((row, y) =>
        row.map((on, x) => (on ? `M${x + MARGIN} ${y + MARGIN}h1v1h-1z` : "")),
    );
    const side = size + 2 * MARGIN;
    return (
        <figure class="qr">
            <svg
                viewBox={`0 0 ${side} ${side}`}
                role="img"
                aria-label={label}
                shape-rendering="crispEdges"
            >
                <rect width={side} height={side} fill="#fff" />
                <path d={dark.join("")} fill="#000" />
            </svg>
            <figcaption>{label}</figcaption>
        </figure>
    );
}
