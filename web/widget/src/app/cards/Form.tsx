// Fields to fill in at once. They go to the gateway as fields, never as words of the conversation.

import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api";
import { Icon } from "../icons";
import { fillIn, withTalk } from "../talk";
import { fill, useWords } from "../words";
import { Code } from "./Code";
import type { Form, FormField } from "./shapes";

const LONGEST = 200;

interface Wrong {
    name: string;
    words: string;
}

export function FormCard({ card, active, seq }: { card: Form; active: boolean; seq: number }) {
    const words = useWords();
    const [wrong, setWrong] = useState<Wrong | null>(null);
    const [why, setWhy] = useState("");
    const [minutes, setMinutes] = useState(0); // that a code lives which was sent for this form
    const [working, setWorking] = useState(false);
    const body = useRef<HTMLFormElement>(null);
    const { title, payload, to, purpose = "" } = card.submit;
    // Once the fields can be written in again: they cannot while the form is on its way.
    useEffect(() => {
        const field = active && wrong && body.current?.elements.namedItem(wrong.name);
        if (field instanceof HTMLElement) field.focus();
    }, [active, wrong]);
    const refused = ({ field, message }: api.Refused) => {
        if (card.fields.some(({ name }) => name === field))
            setWrong({ name: field!, words: words.bad_field });
        else setWhy(message || words.failed);
    };
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        const form = event.currentTarget as HTMLFormElement;
        const values = filled(card, new FormData(form));
        const empty = card.fields.find((field) => field.required !== false && !values[field.name]);
        setWrong(empty ? { name: empty.name, words: words.missing } : null);
        setWhy("");
        if (empty) return;
        if (!to) {
            document.getElementById("log")?.focus({ preventScroll: true }); // its button is about to go
            return fillIn(title, payload, values, refused);
        }
        withTalk((talk) => api.askForCode(talk, { ...values, purpose }, () => setWorking(true)))
            .then(
                (sent) => setMinutes(Math.round(sent.expires_in / 60)),
                (problem: Error) => setWhy(problem.message || words.failed),
            )
            .finally(() => setWorking(false));
    };
    const name = (field: FormField) => `form-${seq}-${field.name}`;
    return (
        <>
            <form class="card-form" ref={body} onSubmit={submit} noValidate>
                <h3>{card.title}</h3>
                {card.fields.map((field) => (
                    <p class="field" key={field.name}>
                        <label for={name(field)}>
                            {field.label}
                            {field.required === false && words.optional}
                        </label>
                        <Field
                            field={field}
                            id={name(field)}
                            disabled={!active}
                            wrong={wrong?.name === field.name}
                        />
                        {wrong?.name === field.name && (
                            <span class="bad" id={`${name(field)}-wrong`} role="alert">
                                <Icon name="alert" />
                                {fill(wrong.words, { label: field.label })}
                            </span>
                        )}
                    </p>
                ))}
                {why && (
                    <p class="bad" role="alert">
                        <Icon name="alert" />
                        {why}
                    </p>
                )}
                <p role="status" class={working ? undefined : "hidden"}>
                    {working && words.working}
                </p>
                {active && (
                    <button class={`button ${minutes ? "plain" : "strong"}`} type="submit">
                        <span>{title}</span>
                    </button>
                )}
            </form>
            {active && minutes > 0 && <Code purpose={purpose} minutes={minutes} />}
        </>
    );
}

function Field({
    field,
    id,
    disabled,
    wrong,
}: {
    field: FormField;
    id: string;
    disabled: boolean;
    wrong: boolean;
}) {
    const words = useWords();
    const known = {
        id,
        name: field.name,
        disabled,
        "aria-invalid": wrong,
        "aria-describedby": wrong ? `${id}-wrong` : undefined,
    };
    if (field.kind === "choice") {
        return (
            <select {...known}>
                <option value="">{words.choose_one}</option>
                {field.choices?.map((choice) => (
                    <option
                        value={choice.value}
                        key={choice.value}
                        selected={choice.value === field.value}
                    >
                        {choice.title}
                    </option>
                ))}
            </select>
        );
    }
    const { value } = field;
    if (field.kind === "month" || field.kind === "date")
        // Seen where the browser has no picker: there it is a field of words.
        return (
            <input
                {...known}
                type={field.kind}
                defaultValue={value}
                placeholder={field.kind === "month" ? "1968-05" : "1968-05-01"}
            />
        );
    const phone = field.name === "phone";
    const inputMode = phone ? "tel" : field.kind === "number" ? "decimal" : "text";
    return (
        <input
            {...known}
            inputMode={inputMode}
            maxLength={LONGEST}
            defaultValue={value}
            autocomplete={phone ? "tel" : "off"}
        />
    );
}

/** What was filled in, by name; what was left empty is not there. */
export function filled(card: Form, values: FormData): Record<string, string> {
    const pairs = card.fields.map(
        (field) => [field.name, String(values.get(field.name) ?? "").trim()] as const,
    );
    return Object.fromEntries(pairs.filter(([, value]) => value));
}
