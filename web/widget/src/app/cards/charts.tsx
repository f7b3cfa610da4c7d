// The record drawn: a bar for each year, a calendar of months, and the same as a table.
// The roles are written out: on a phone the rows are drawn as blocks, and would lose them.

import { Fold } from "../parts";
import { fill, useWords } from "../words";
import type { Contributions, Month } from "./shapes";

const TWELVE = Array.from({ length: 12 }, (_, place) => place + 1);
const SIGN: Record<string, string> = {
    paid: "✓",
    arrears: "!",
    deferred: "…",
    refunded: "↩",
};
type Year = [string, Map<number, Month>];

/** How a month stands; before the first and after the last of the record nothing is missing. */
export function statusOf([year, months]: Year, month: number, all: Month[]): string {
    const named = `${year}-${String(month).padStart(2, "0")}`;
    const known = all.map((one) => one.month).sort();
    const inside = named >= (known[0] ?? named) && named <= (known.at(-1) ?? named);
    return months.get(month)?.status ?? (inside ? "none" : "outside");
}

export function Charts({ card }: { card: Contributions }) {
    const words = useWords();
    const years = byYear(card.months);
    return (
        <>
            <Bars card={card} years={years} />
            <Fold title={words.calendar}>
                <Calendar card={card} years={years} />
            </Fold>
            <Fold title={words.table}>
                <Rows card={card} />
            </Fold>
        </>
    );
}

/** Each year from the first to the last with its months; a month may be there twice (two regions). */
export function byYear(months: Month[]): Year[] {
    const years = new Map<string, Map<number, Month>>();
    const named = months.map((one) => Number(one.month.slice(0, 4)));
    for (let year = Math.min(...named); year <= Math.max(...named); year += 1)
        years.set(String(year), new Map());
    for (const one of months) {
        const year = years.get(one.month.slice(0, 4));
        const number = Number(one.month.slice(5, 7));
        if (year && (year.get(number)?.status !== "paid" || one.status === "paid"))
            year.set(number, one);
    }
    return [...years];
}

export function paidIn(year: Map<number, Month>): number {
    return [...year.values()].filter((one) => one.status === "paid").length;
}

function Bars({ card, years }: { card: Contributions; years: Year[] }) {
    const words = useWords();
    const told = years
        .map(([year, months]) => `${fill(words.year, { year })} ${paidIn(months)}`)
        .join(", ");
    return (
        <figure class="chart">
            <figcaption>{words.chart}</figcaption>
            <Legend card={card} years={years} />
            <div
                class="bars"
                role="img"
                aria-label={fill(words.chart_about, {
                    insurance: card.insurance.name,
                    years: told,
                })}
            >
                {years.map((year) => (
                    <div class="year" key={year[0]} aria-hidden="true">
                        <span>{year[0]}</span>
                        <svg viewBox="0 0 120 10" preserveAspectRatio="none">
                            {TWELVE.map((month) => (
                                <rect
                                    x={(month - 1) * 10 + 0.5}
                                    y="0"
                                    width="9"
                                    height="10"
                                    class={statusOf(year, month, card.months)}
                                    key={month}
                                />
                            ))}
                        </svg>
                        <b>{paidIn(year[1])}</b>
                    </div>
                ))}
            </div>
        </figure>
    );
}

/** What the colours mean, only those that are there. */
function Legend({ card, years }: { card: Contributions; years: Year[] }) {
    const words = useWords();
    const found = years.flatMap((year) =>
        TWELVE.map((month) => statusOf(year, month, card.months)),
    );
    return (
        <ul class="legend" aria-hidden="true">
            {(["paid", "arrears", "deferred", "refunded", "none"] as const)
                .filter((status) => found.includes(status))
                .map((status) => (
                    <li key={status}>
                        <svg viewBox="0 0 10 10">
                            <rect class={status} width="10" height="10" />
                        </svg>
                        {words.status[status]}
                    </li>
                ))}
        </ul>
    );
}

function Calendar({ card, years }: { card: Contributions; years: Year[] }) {
    const words = useWords();
    return (
        <>
            <div class="scroll" tabIndex={0} role="group" aria-label={words.calendar}>
                <table class="calendar" role="table">
                    <caption class="hidden">{words.calendar}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <td role="cell" />
                            {TWELVE.map((month) => (
                                <th scope="col" role="columnheader" key={month}>
                                    {month}
                                </th>
                            ))}
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {years.map((year) => (
                            <tr role="row" key={year[0]}>
                                <th scope="row" role="rowheader">
                                    {year[0]}
                                </th>
                                {TWELVE.map((month) => {
                                    const status = statusOf(year, month, card.months);
                                    return (
                                        <td
                                            role="cell"
                                            class={status}
                                            data-month={month}
                                            key={month}
                                        >
                                            <span aria-hidden="true">{SIGN[status]}</span>
                                            <span class="hidden">
                                                {words.status[status as keyof typeof words.status]}
                                            </span>
                                        </td>
                                    );
                                })}
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
            <ul class="legend quiet">
                {(["paid", "arrears", "deferred", "refunded"] as const).map((status) => (
                    <li key={status}>
                        {SIGN[status]} {words.status[status]}
                    </li>
                ))}
            </ul>
        </>
    );
}

function Rows({ card }: { card: Contributions }) {
    const words = useWords();
    const place = (code: string) => card.regions.find((one) => one.code === code)?.name ?? code;
    const heads = [
        words.month,
        words.state,
        words.place,
        words.employer,
        words.base,
        words.personal,
    ];
    return (
        <div class="scroll" tabIndex={0} role="group" aria-label={words.table}>
            <table class="stack" role="table">
                <caption class="hidden">{words.table}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {heads.map((head) => (
                            <th scope="col" role="columnheader" key={head}>
                                {head}
                            </th>
                        ))}
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {[...card.months].reverse().map((one) => (
                        <tr role="row" key={`${one.month}${one.region}`}>
                            <th scope="row" role="rowheader">
                                {one.month}
                            </th>
                            <td role="cell">{words.status[one.status]}</td>
                            <td role="cell">{place(one.region)}</td>
                            <td role="cell">{one.employer || words.self}</td>
                            <td role="cell" class="money" data-head={words.base}>
                                {fill(words.yuan, { n: one.base })}
                            </td>
                            <td role="cell" class="money" data-head={words.personal}>
                                {fill(words.yuan, { n: one.personal })}
                            </td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}
