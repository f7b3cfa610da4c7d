// With whom the citizen speaks: a member of staff who came and has not gone, or the bot.

import type { ChatEvent } from "./api";
import { say, talk, type State } from "./talk";

const FINISH = "结束人工"; // the words that the gateway always understands

/** The place of the event with which the person came who is here now; -1 where none is. */
export function personSince(events: ChatEvent[]): number {
    for (let place = events.length - 1; place >= 0; place -= 1) {
        const { from, card } = events[place]!;
        if (from !== "system" || card?.type !== "notice") continue;
        if (card.level === "person_here") return place;
        if (card.level === "person_gone") return -1;
    }
    return -1;
}

/** Whether the bot is about to answer; a person answers when they do. */
export function isWaiting(state: State): boolean {
    if (personSince(state.events) >= 0) return false;
    if (state.outbox.some((one) => !one.failed)) return true;
    const last = state.events[state.events.length - 1];
    return last?.from === "citizen" && !state.notes.some((one) => one.after >= last.seq);
}

/** Go back to the bot; a second tap says nothing, as the bot would hear it. */
export function endPerson(): void {
    const { events, outbox } = talk.value;
    const last = events[events.length - 1];
    const said = last?.from === "citizen" && last.text === FINISH;
    if (!said && !outbox.some((one) => !one.failed && one.words === FINISH)) say(FINISH);
}
