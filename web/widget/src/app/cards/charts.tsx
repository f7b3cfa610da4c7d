// The record drawn: a bar for each year, a calendar of months, and the same as a table.

import { Fold } from "../parts";
import { fill, useWords } from "../words";
import type { Contributions, Month } from "./shapes";

const TWELVE = Array.from({ length: 12 }, (_, place) => place + 1);
const SIGN: Record<string, string> = {
    paid: "✓",
    arrears: "!",
    deferred: "…",
    refunded: "↩",
    none: "",
};

export function Charts({ card }: { card: Contributions }) {
    const words = useWords();
    const years = byYear(card.months);
    return (
        <>
            <Bars card={card} years={years} />
            <Fold title={words.calendar}>
                <Calendar years={years} />
            </Fold>
            <Fold title={words.table}>
                <Rows card={card} />
            </Fold>
        </>
    );
}

/** Each year from the first to the last with its months; a month may be there twice (two regions). */
export function byYear(months: Month[]): [string, Map<number, Month>][] {
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

function Bars({ card, years }: { card: Contributions; years: [string, Map<number, Month>][] }) {
    const words = useWords();
    const told = years
        .map(([year, months]) => `${fill(words.year, { year })} ${paidIn(months)}`)
        .join(", ");
    return (
        <figure class="chart">
            <figcaption>{words.chart}</figcaption>
            <div
                class="bars"
                role="img"
                aria-label={fill(words.chart_about, {
                    insurance: card.insurance.name,
                    years: told,
                })}
            >
                {years.map(([year, months]) => (
                    <div class="year" key={year} aria-hidden="true">
                        <span>{year}</span>
                        <svg viewBox="0 0 120 10" preserveAspectRatio="none">
                            {TWELVE.map((month) => (
                                <rect
                                    x={(month - 1) * 10 + 0.5}
                                    y="0"
                                    width="9"
                                    height="10"
                                    class={months.get(month)?.status ?? "none"}
                                    key={month}
                                />
                            ))}
                        </svg>
                        <b>{paidIn(months)}</b>
                    </div>
                ))}
            </div>
        </figure>
    );
}

function Calendar({ years }: { years: [string, Map<number, Month>][] }) {
    const words = useWords();
    return (
        <>
            <div class="scroll" tabIndex={0} role="group" aria-label={words.calendar}>
                <table class="calendar">
                    <caption class="hidden">{words.calendar}</caption>
                    <thead>
                        <tr>
                            <td />
                            {TWELVE.map((month) => (
                                <th scope="col" key={month}>
                                    {month}
                                </th>
                            ))}
                        </tr>
                    </thead>
                    <tbody>
                        {years.map(([year, months]) => (
                            <tr key={year}>
                                <th scope="row">{year}</th>
                                {TWELVE.map((month) => {
                                    const status = months.get(month)?.status ?? "none";
                                    return (
                                        <td class={status} key={month}>
                                            <span aria-hidden="true">{SIGN[status]}</span>
                                            <span class="hidden">{words.status[status]}</span>
                                        </td>
                                    );
                                })}
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
            <p class="quiet small">
                {(["paid", "arrears", "deferred", "refunded"] as const)
                    .map((status) => `${SIGN[status]} ${words.status[status]}`)
                    .join("　")}
            </p>
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
            <table>
                <caption class="hidden">{words.table}</caption>
                <thead>
                    <tr>
                        {heads.map((head) => (
                            <th scope="col" key={head}>
                                {head}
                            </th>
                        ))}
                    </tr>
                </thead>
                <tbody>
                    {[...card.months].reverse().map((one) => (
                        <tr key={`${one.month}${one.region}`}>
                            <th scope="row">{one.month}</th>
                            <td>{words.status[one.status]}</td>
                            <td>{place(one.region)}</td>
                            <td>{one.employer || words.self}</td>
                            <td class="money">{fill(words.yuan, { n: one.base })}</td>
                            <td class="money">{fill(words.yuan, { n: one.personal })}</td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}
