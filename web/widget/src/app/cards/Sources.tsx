// Where an answer stands: documents, articles, dates, places.

import { Away, Fold } from "../parts";
import { day, fill, useWords } from "../words";
import type { Answer, Source } from "./shapes";

export function Sources({ sources }: { sources: Source[] | undefined }) {
    const words = useWords();
    if (!sources?.length) return null;
    return (
        <Fold title={`${words.sources} · ${sources.length}`} icon="doc">
            <ol class="sources">
                {sources.map((source) => (
                    <li key={`${source.title}${source.article ?? ""}`}>
                        <b>《{source.title.replace(/^《|》$/g, "")}》</b>
                        <span class="quiet">
                            {[
                                source.document,
                                source.article,
                                source.issued &&
                                    fill(words.issued, { date: day(source.issued, words) }),
                            ]
                                .filter(Boolean)
                                .join(" · ")}
                        </span>
                        {source.url && <Away to={source.url}>{words.read_source}</Away>}
                    </li>
                ))}
            </ol>
        </Fold>
    );
}

export function Validity({ card }: { card: Answer }) {
    const words = useWords();
    const place = card.region ? fill(words.for_region, { name: card.region.name }) : words.national;
    const from = day(card.effective_from, words);
    return (
        <ul class="facts">
            <li>{place}</li>
            <li>
                {card.effective_to
                    ? fill(words.between, { from, to: day(card.effective_to, words) })
                    : fill(words.since, { date: from })}
            </li>
        </ul>
    );
}
