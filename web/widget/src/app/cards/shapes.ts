// The cards as they arrive (channels/cards/*.json), in types.

export interface Choice {
    title: string;
    payload: string;
}
export interface Source {
    title: string;
    document?: string;
    article?: string;
    issued?: string;
    url?: string;
}
export interface Office {
    name: string;
    phone?: string;
    address?: string;
    hours?: string;
}
interface Offers {
    choices?: Choice[];
}
export interface Answer extends Offers {
    type: "answer";
    item: string;
    title: string;
    summary: string;
    detail?: string;
    effective_from: string;
    effective_to?: string;
    region?: { code: string; name: string };
    sources: Source[];
    related: Choice[];
    office?: Office;
}
export interface Month {
    month: string;
    region: string;
    employer: string;
    base: string;
    personal: string;
    status: "paid" | "arrears" | "deferred" | "refunded";
}
export interface Contributions extends Offers {
    type: "contributions";
    insurance: { code: string; name: string };
    as_of: string;
    paid_to?: string;
    months_total: number;
    regions: {
        code: string;
        name: string;
        status: "answered" | "none" | "silent";
        months: number;
    }[];
    periods: { from: string; to: string; region: string; employer: string }[];
    gaps: { from: string; to: string; months: number }[];
    overlaps: { month: string; regions: string[] }[];
    months: Month[];
    sources?: Source[];
}
export interface Estimate extends Offers {
    type: "estimate";
    kind: string;
    inputs: Record<string, string>;
    results: { label: string; value: string }[];
    formula: string[];
    sources: Source[];
}
export interface FormField {
    name: string;
    label: string;
    kind: "text" | "month" | "date" | "number" | "choice";
    required?: boolean;
    value?: string;
    choices?: { title: string; value: string }[];
}
export interface Form {
    type: "form";
    title: string;
    fields: FormField[];
    submit: Choice & { to?: "codes" | "codes/verify"; purpose?: string };
}
export interface Table extends Offers {
    type: "table";
    title: string;
    columns: { label: string; kind?: "text" | "money" | "month" | "date" | "number" }[];
    rows: string[][];
    sources?: Source[];
}
export interface SignIn extends Offers {
    type: "sign_in";
    reason: string;
}
export interface Certificate {
    type: "certificate";
    title: string;
    number: string;
    url: string;
    expires_at: string;
    verify?: string;
}
export interface Handoff extends Offers {
    type: "handoff";
    phone: string;
    hours: string;
    places: Office[];
    ticket?: number;
    position?: number;
}
export interface OfficeCard extends Offers, Office {
    type: "office";
}
export interface Notice extends Offers {
    type: "notice";
    level: "info" | "warning" | "outage" | "person_here" | "person_gone";
    phone?: string;
}
export interface Choices extends Offers {
    type: "choices";
}
export type Card =
    | Answer
    | Contributions
    | Estimate
    | Form
    | Table
    | SignIn
    | Certificate
    | Handoff
    | OfficeCard
    | Notice
    | Choices;

/** What there is to tap below a card. */
export function offered(card: Card | undefined): Choice[] {
    if (!card) return [];
    const choices = "choices" in card ? (card.choices ?? []) : [];
    return card.type === "answer" ? [...choices, ...(card.related ?? [])] : choices;
}
