// The first screen: who answers here, 长辈版, and what people often ask.

import { Icon } from "./icons";
import { setLook, look } from "./look";
import { Button } from "./parts";
import { site } from "./site";
import { useStore } from "./store";
import { say } from "./talk";
import { useWords } from "./words";

const FEW = 3; // one thing at a time

export function Welcome() {
    const words = useWords();
    const { elder, locale } = useStore(look);
    const own = locale === "zh-CN" && site.features.questions.length > 0;
    const questions = own ? site.features.questions : words.questions;
    return (
        <div class="welcome">
            <div class="greeting">
                <h2>{words.hello}</h2>
                <p>{(locale === "zh-CN" && site.greeting) || words.greeting}</p>
            </div>
            <ElderSwitch />
            <h3 class="label">{words.often}</h3>
            <ul class="questions">
                {(elder ? questions.slice(0, FEW) : questions).map((question) => (
                    <li key={question}>
                        <Button kind="wide" onClick={() => say(question)}>
                            {question}
                        </Button>
                    </li>
                ))}
            </ul>
            <p class="safety">
                <Icon name="lock" />
                <span>{words.safety}</span>
            </p>
        </div>
    );
}

export function ElderSwitch() {
    const words = useWords();
    const { elder } = useStore(look);
    return (
        <button
            type="button"
            role="switch"
            aria-checked={elder}
            class="elder-switch"
            onClick={() => setLook({ elder: !elder })}
        >
            <Icon name="big" />
            <span class="says">
                <b>{words.elder}</b>
                <span>{elder ? words.elder_off : words.elder_about}</span>
            </span>
            <span class="knob" aria-hidden="true" />
        </button>
    );
}
