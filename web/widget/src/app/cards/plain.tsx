// The simpler cards: answer, estimate, table, handoff, office, notice, certificate.

import { useState } from "preact/hooks";
import * as api from "../api";
import { Icon } from "../icons";
import { locale } from "../look";
import { Button, Fold, Phone, Rich } from "../parts";
import { saveBlob } from "../save";
import { Hours } from "../Hours";
import { withTalk } from "../talk";
import { fill, useWords } from "../words";
import { Sources, Validity } from "./Sources";
import type { Answer, Certificate, Estimate, Handoff, Notice, Office, Table } from "./shapes";

const WHEN = { dateStyle: "long", timeStyle: "short" } as const;

export function AnswerCard({ card }: { card: Answer }) {
    const words = useWords();
    return (
        <>
            <h3>{card.title}</h3>
            <p class="words">
                <Rich text={card.summary} />
            </p>
            <Validity card={card} />
            {card.detail && (
                <Fold title={words.detail}>
                    <p class="words">
                        <Rich text={card.detail} />
                    </p>
                </Fold>
            )}
            <Sources sources={card.sources} />
            {card.office?.phone && (
                <div class="row">
                    <span class="quiet">{card.office.name}</span>
                    <Phone number={card.office.phone} />
                </div>
            )}
        </>
    );
}

export function EstimateCard({ card }: { card: Estimate }) {
    const words = useWords();
    const [main, ...others] = card.results;
    return (
        <>
            {main && (
                <p class="figure">
                    <span>{main.label}</span>
                    <strong>{main.value}</strong>
                </p>
            )}
            <Pairs pairs={others.map((one) => [one.label, one.value])} />
            <Fold title={words.formula}>
                <p class="quiet">{words.inputs}</p>
                <Pairs pairs={Object.entries(card.inputs)} />
                <ol class="steps">
                    {card.formula.map((line) => (
                        <li key={line}>{line}</li>
                    ))}
                </ol>
            </Fold>
            <Sources sources={card.sources} />
            <p class="quiet small">{words.not_a_decision}</p>
        </>
    );
}

export function Pairs({ pairs }: { pairs: [string, string][] }) {
    return (
        <dl class="pairs">
            {pairs.map(([label, value]) => (
                <div key={label}>
                    <dt>{label}</dt>
                    <dd>{value}</dd>
                </div>
            ))}
        </dl>
    );
}

export function TableCard({ card }: { card: Table }) {
    const kind = (place: number) => card.columns[place]?.kind ?? "text";
    return (
        <>
            <div class="scroll" tabIndex={0} role="group" aria-label={card.title}>
                <table class="stack" role="table">
                    <caption>{card.title}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            {card.columns.map((column) => (
                                <th
                                    scope="col"
                                    role="columnheader"
                                    class={column.kind}
                                    key={column.label}
                                >
                                    {column.label}
                                </th>
                            ))}
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {card.rows.map((row, place) => (
                            <tr role="row" key={place}>
                                {row.map((cell, at) => (
                                    <td
                                        role="cell"
                                        class={kind(at)}
                                        data-head={card.columns[at]?.label}
                                        key={at}
                                    >
                                        {cell}
                                    </td>
                                ))}
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
            <Sources sources={card.sources} />
        </>
    );
}

export function HandoffCard({ card }: { card: Handoff }) {
    const words = useWords();
    return (
        <>
            {card.position !== undefined && (
                <p class="figure">
                    <strong>
                        {card.position > 0
                            ? fill(words.waiting_no, { n: card.position })
                            : words.next_you}
                    </strong>
                </p>
            )}
            {card.ticket !== undefined && (
                <p class="quiet">{fill(words.ticket, { n: card.ticket })}</p>
            )}
            <Phone number={card.phone} strong />
            {card.hours ? (
                <p class="fact">
                    <Icon name="clock" />
                    <span>{card.hours}</span>
                </p>
            ) : (
                <Hours />
            )}
            {card.places.map((place) => (
                <Place
                    place={place.hours === card.hours ? { ...place, hours: undefined } : place}
                    key={place.name}
                />
            ))}
        </>
    );
}

export function Place({ place }: { place: Office }) {
    return (
        <div class="place">
            <p class="fact">
                <Icon name="pin" />
                <span>
                    <b>{place.name}</b>
                    {place.address && (
                        <>
                            <br />
                            {place.address}
                        </>
                    )}
                </span>
            </p>
            {place.hours && (
                <p class="fact">
                    <Icon name="clock" />
                    <span>{place.hours}</span>
                </p>
            )}
            {place.phone && <Phone number={place.phone} />}
        </div>
    );
}

export function NoticeCard({ card }: { card: Notice }) {
    return card.phone ? <Phone number={card.phone} strong /> : null;
}

export function CertificateCard({ card }: { card: Certificate }) {
    const words = useWords();
    const [state, setState] = useState<"" | "busy" | "failed">("");
    const download = async () => {
        setState("busy");
        try {
            saveBlob(
                await withTalk((talk) => api.file(talk, card.url)),
                `${card.title}-${card.number}.pdf`,
            );
            setState("");
        } catch {
            setState("failed");
        }
    };
    const until = new Date(card.expires_at);
    const date = Number.isNaN(until.getTime())
        ? card.expires_at
        : until.toLocaleString(locale(), WHEN);
    return (
        <>
            <h3>{card.title}</h3>
            <Pairs
                pairs={[
                    [words.number, card.number],
                    ...(card.verify ? [[words.verify, card.verify] as [string, string]] : []),
                ]}
            />
            {/* Only a path of our own: the card cannot send the token elsewhere. */}
            {/^\/(?!\/)/.test(card.url) && (
                <Button icon="download" kind="strong" busy={state === "busy"} onClick={download}>
                    {state === "busy" ? words.downloading : words.download}
                </Button>
            )}
            {state === "failed" && (
                <p role="alert" class="bad">
                    <Icon name="alert" />
                    {words.download_failed}
                </p>
            )}
            <p class="quiet small">{fill(words.valid_until, { date })}</p>
        </>
    );
}
