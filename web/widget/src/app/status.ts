// The one line that tells what is going on; a screen reader hears it, too.

import { Store } from "./store";

const SECONDS_SHOWN = 6;

export const status = new Store<{ words: string }>({ words: "" });
let timer: ReturnType<typeof setTimeout> | undefined;

/** Say it for a while. */
export function announce(words: string): void {
    clearTimeout(timer);
    status.set({ words });
    timer = setTimeout(() => status.set({ words: "" }), SECONDS_SHOWN * 1000);
}
