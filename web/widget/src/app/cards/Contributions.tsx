// A citizen's record: totals and gaps at once; chart, calendar and table unfold (loaded when needed).

import { lazy } from "../lazy";
import { Icon } from "../icons";
import { day, fill, useWords, type Words } from "../words";
import { Sources } from "./Sources";
import type { Contributions } from "./shapes";

const Charts = lazy(() => import("./charts").then((file) => file.Charts));

/** Pensions are counted in years: 66 months are five years and six months. */
export function inYears(months: number, words: Words): string {
    const values = { y: Math.floor(months / 12), m: months % 12 };
    return fill(values.m ? words.years_months : words.years, values);
}

export function ContributionsCard({ card }: { card: Contributions }) {
    const words = useWords();
    const name = (code: string) => card.regions.find((one) => one.code === code)?.name ?? code;
    return (
        <>
            <h3>{card.insurance.name}</h3>
            <div class="figures">
                <p class="figure">
                    <span>{words.months_total}</span>
                    <strong>{fill(words.months, { n: card.months_total })}</strong>
                    {card.months_total > 12 && <span>{inYears(card.months_total, words)}</span>}
                </p>
                {card.paid_to && (
                    <p class="figure">
                        <span>{words.paid_to}</span>
                        <strong>{day(card.paid_to, words)}</strong>
                    </p>
                )}
            </div>
            {card.regions.length > 1 && (
                <ul class="facts">
                    {card.regions
                        .filter((one) => one.status === "answered")
                        .map((one) => (
                            <li key={one.code}>
                                {one.name} · {fill(words.months, { n: one.months })}
                            </li>
                        ))}
                </ul>
            )}
            {card.gaps.length === 0 && card.months_total > 0 && (
                <p class="fact good">
                    <Icon name="check" />
                    <span>{words.no_gaps}</span>
                </p>
            )}
            {card.gaps.map((gap) => (
                <p class="fact warn" key={gap.from}>
                    <Icon name="alert" />
                    <span>
                        {words.gaps}：
                        {fill(words.gap, {
                            from: day(gap.from, words),
                            to: day(gap.to, words),
                            n: gap.months,
                        })}
                    </span>
                </p>
            ))}
            {card.overlaps.map((one) => (
                <p class="fact warn" key={one.month}>
                    <Icon name="alert" />
                    <span>
                        {fill(words.overlap, { month: day(one.month, words) })}（
                        {one.regions.map(name).join("、")}）
                    </span>
                </p>
            ))}
            {card.regions
                .filter((one) => one.status === "silent")
                .map((one) => (
                    <p class="fact warn" key={one.code}>
                        <Icon name="alert" />
                        <span>{fill(words.silent, { name: one.name })}</span>
                    </p>
                ))}
            {card.months.length > 0 && <Charts card={card} />}
            <Sources sources={card.sources} />
            <p class="quiet small">{fill(words.record_as_of, { date: day(card.as_of, words) })}</p>
        </>
    );
}
