// A value that components can watch.

import { useEffect, useState } from "preact/hooks";

export class Store<T extends object> {
    private watchers = new Set<(value: T) => void>();
    constructor(public value: T) {}

    set(change: Partial<T>): void {
        this.value = { ...this.value, ...change };
        for (const watch of [...this.watchers]) watch(this.value);
    }

    watch(watcher: (value: T) => void): () => void {
        this.watchers.add(watcher);
        return () => this.watchers.delete(watcher);
    }
}

export function useStore<T extends object>(store: Store<T>): T {
    const [value, setValue] = useState(store.value);
    useEffect(() => {
        setValue(store.value);
        return store.watch(setValue);
    }, [store]);
    return value;
}
