// What the page knows about its service centre; it came with the page, so it is there offline.

export interface Opening {
    days: number[];
    from: string;
    to: string;
}

export interface Site {
    key: string;
    name: string;
    region: string | null;
    greeting: string | null;
    phone: string;
    place: string | null;
    address: string | null;
    hours: Opening[];
    holidays: { date: string; name: string; open: boolean }[];
    open: boolean | null;
    notice: { text: string; level: "info" | "warning" } | null;
    theme: { brand?: string; brand_dark?: string };
    features: {
        voice: boolean;
        read_aloud: boolean;
        elder: boolean;
        kiosk: boolean;
        idle_seconds: number;
        questions: string[];
    };
    origins: string[];
}

const query = new URLSearchParams(location.search);

export const site: Site = JSON.parse(document.getElementById("site")?.textContent ?? "{}");
export const framed = document.body.dataset.framed === "yes";
export const kiosk = !framed && (query.get("kiosk") === "1" || Boolean(site.features?.kiosk));
export const region = query.get("region");
