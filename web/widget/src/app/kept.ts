// Small things kept in this browser; in memory alone where storage is refused.

const memory = new Map<string, string>();

function store(lasting: boolean): Storage | null {
    try {
        return lasting ? localStorage : sessionStorage;
    } catch {
        return null;
    }
}

/** What was kept under the name; null when nothing legible is there. */
export function recall<T>(name: string, lasting = false): T | null {
    try {
        const text = memory.get(name) ?? store(lasting)?.getItem(name);
        return text ? (JSON.parse(text) as T) : null;
    } catch {
        return null;
    }
}

/** Keep a value: for this tab, or (`lasting`) for this browser. */
export function keep(name: string, value: unknown, lasting = false): void {
    const text = JSON.stringify(value);
    try {
        const storage = store(lasting);
        if (!storage) throw new Error("no storage");
        storage.setItem(name, text);
        memory.delete(name);
    } catch {
        memory.set(name, text);
    }
}

export function forget(name: string, lasting = false): void {
    memory.delete(name);
    try {
        store(lasting)?.removeItem(name);
    } catch {
        // Nothing was kept there.
    }
}
