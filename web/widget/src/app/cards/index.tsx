// Which component shows which card; a card that nobody knows adds nothing to its words.

import type { ChatEvent } from "../api";
import { Guard } from "../lazy";
import { Rich } from "../parts";
import { ContributionsCard } from "./Contributions";
import { FormCard } from "./Form";
import {
    AnswerCard,
    CertificateCard,
    EstimateCard,
    HandoffCard,
    NoticeCard,
    Place,
    TableCard,
} from "./plain";
import { SignInCard } from "./SignIn";
import type { Card } from "./shapes";
import { Phone } from "../parts";

/** Cards that say all that the text says, and say it better. */
const WHOLE = new Set<Card["type"]>(["answer"]);

export function Body({
    event,
    active,
}: {
    event: Pick<ChatEvent, "seq" | "text" | "card">;
    active: boolean;
}) {
    const words = event.text && (
        <p class="words">
            <Rich text={event.text} />
        </p>
    );
    if (!event.card) return <>{words}</>;
    return (
        <Guard instead={words}>
            {!WHOLE.has(event.card.type) && words}
            <Shown card={event.card} active={active} seq={event.seq} />
        </Guard>
    );
}

export function Shown({ card, active, seq }: { card: Card; active: boolean; seq: number }) {
    switch (card.type) {
        case "answer":
            return <AnswerCard card={card} />;
        case "estimate":
            return <EstimateCard card={card} />;
        case "contributions":
            return <ContributionsCard card={card} />;
        case "table":
            return <TableCard card={card} />;
        case "form":
            return <FormCard card={card} active={active} seq={seq} />;
        case "sign_in":
            return <SignInCard active={active} />;
        case "certificate":
            return <CertificateCard card={card} />;
        case "handoff":
            return <HandoffCard card={card} />;
        case "office":
            return (
                <>
                    <Place place={{ ...card, phone: undefined }} />
                    {card.phone && <Phone number={card.phone} strong />}
                </>
            );
        case "notice":
            return <NoticeCard card={card} />;
        default:
            return null;
    }
}
