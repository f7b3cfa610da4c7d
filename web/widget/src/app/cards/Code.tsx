// The six digits that came by text message: typed, pasted, or filled in by the phone itself.

import { useState } from "preact/hooks";
import * as api from "../api";
import { Icon } from "../icons";
import { withTalk } from "../talk";
import { fill, useWords } from "../words";

export function Code({ purpose, minutes }: { purpose: string; minutes: number }) {
    const words = useWords();
    const [wrong, setWrong] = useState("");
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        const typed = String(
            new FormData(event.currentTarget as HTMLFormElement).get("code") ?? "",
        );
        const code = typed.normalize("NFKC").replace(/\D/g, "");
        if (code.length !== 6) return setWrong(words.code_wrong);
        withTalk((talk) => api.giveCode(talk, { purpose, code })).then(
            () => setWrong(""),
            (problem: Error) => setWrong(problem.message || words.failed),
        );
    };
    return (
        <form class="card-form" onSubmit={submit} noValidate>
            <p role="status">{fill(words.code_sent, { n: minutes })}</p>
            <p class="field">
                <label for="code">{words.code}</label>
                <input
                    id="code"
                    name="code"
                    inputMode="numeric"
                    autocomplete="one-time-code"
                    maxLength={12}
                    aria-invalid={Boolean(wrong)}
                    aria-describedby={wrong ? "code-wrong" : undefined}
                />
                {wrong && (
                    <span class="bad" id="code-wrong" role="alert">
                        <Icon name="alert" />
                        {wrong}
                    </span>
                )}
            </p>
            <button class="button strong" type="submit">
                <span>{words.confirm}</span>
            </button>
        </form>
    );
}
