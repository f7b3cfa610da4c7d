// Loads a component when it is first shown; the page stays small for those who never need it.

import {
    Component,
    type ComponentChildren,
    type ComponentType,
    type FunctionComponent,
} from "preact";
import { useEffect, useState } from "preact/hooks";

export function lazy<P extends object>(
    load: () => Promise<ComponentType<P>>,
): FunctionComponent<P> {
    let loaded: ComponentType<P> | null = null;
    return function Later(props: P) {
        const [Loaded, setLoaded] = useState<{ it: ComponentType<P> | null }>({ it: loaded });
        useEffect(() => {
            if (!loaded)
                load().then(
                    (it) => setLoaded({ it: (loaded = it) }),
                    () => null,
                );
        }, []);
        return Loaded.it ? (
            <Loaded.it {...props} />
        ) : (
            <p class="quiet" aria-hidden="true">
                ……
            </p>
        );
    };
}

/** Shows `instead` when what is inside breaks: a strange card must not take the page down. */
export class Guard extends Component<
    { instead: ComponentChildren; children: ComponentChildren },
    { broken: boolean }
> {
    override state = { broken: false };
    static override getDerivedStateFromError() {
        return { broken: true };
    }
    override render() {
        return this.state.broken ? this.props.instead : this.props.children;
    }
}
