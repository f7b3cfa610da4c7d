// When somebody is there: the weekly hours of the service centre, and whether that is now.

import { Icon } from "./icons";
import { site, type Opening } from "./site";
import { fill, useWords, type Words } from "./words";

export function Hours() {
    const words = useWords();
    if (!site.hours?.length) return null;
    const holiday = todaysHoliday();
    const now = holiday
        ? fill(words.closed_for, { name: holiday.name })
        : site.open
          ? words.open_now
          : words.closed_now;
    return (
        <p class="fact">
            <Icon name="clock" />
            <span>
                {words.hours}
                <br />
                {site.hours.map((span) => (
                    <span class="block" key={span.from}>
                        {said(span, words)}
                    </span>
                ))}
                <span class={site.open ? "good" : "quiet"}>{now}</span>
            </span>
        </p>
    );
}

/** “周一至周五 9:00–17:00” */
export function said(span: Opening, words: Words): string {
    const days = [...span.days].sort((one, other) => one - other);
    const first = days[0] ?? 1;
    const last = days[days.length - 1] ?? 7;
    const name = (day: number) => words.days[day - 1] ?? "";
    const inARow = days.length > 2 && last - first === days.length - 1;
    const which = inARow ? `${name(first)}${words.to}${name(last)}` : days.map(name).join(" ");
    return `${which} ${span.from.replace(/^0/, "")}–${span.to.replace(/^0/, "")}`;
}

function todaysHoliday(): { name: string } | undefined {
    const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10); // China has one time
    return site.holidays.find((day) => day.date === today && !day.open);
}
