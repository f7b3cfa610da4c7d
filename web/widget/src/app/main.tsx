// Starts the app on its page.

import "./style/page.css";
import "./style/parts.css";
import "./style/cards.css";
import { render } from "preact";
import { App } from "./App";
import { connect } from "./bridge";
import { look, show } from "./look";
import { resume } from "./talk";
import { speak } from "./words";

show(look.value);
void speak(look.value.locale);
render(<App />, document.getElementById("app")!);
connect(focusFirst); // before the page has loaded: the host's page greets us then
resume();

/** On a touch screen the keyboard would hide half of it; there the conversation gets the focus. */
function focusFirst(): void {
    const coarse = matchMedia("(pointer: coarse)").matches;
    window.focus();
    document.getElementById(coarse ? "log" : "text")?.focus({ preventScroll: true });
}
