// The way to sign in: a page of its own, or on a kiosk the citizen's own phone.

import { useState } from "preact/hooks";
import * as api from "../api";
import { Icon } from "../icons";
import { keep } from "../kept";
import { lazy } from "../lazy";
import { Button } from "../parts";
import { framed, kiosk } from "../site";
import { withTalk } from "../talk";
import { useWords } from "../words";

const QrCode = lazy(() => import("./QrCode").then((file) => file.QrCode));
const IN_WECHAT = /MicroMessenger/i.test(navigator.userAgent);

export function SignInCard({ active }: { active: boolean }) {
    const words = useWords();
    const [state, setState] = useState<"" | "busy" | "waiting" | "failed">("");
    const [why, setWhy] = useState("");
    const [link, setLink] = useState<{ url: string; as: "link" | "qr" } | null>(null);
    const begin = async (show: (url: string) => void) => {
        setState("busy");
        setLink(null);
        try {
            show((await withTalk(api.signIn)).url);
            setState("waiting");
        } catch (problem) {
            setWhy(problem instanceof api.Refused ? problem.message : "");
            setState("failed");
        }
    };
    const openPage = () => {
        // Opened within the tap, or the browser would block it; the address follows.
        const page = IN_WECHAT ? null : window.open("about:blank", "_blank");
        void begin((url) => {
            if (page && !page.closed) page.location.href = url;
            else if (framed) setLink({ url, as: "link" });
            else goThere(url);
        }).then(() => undefined);
    };
    const openQr = () => void begin((url) => setLink({ url, as: "qr" }));
    if (!active) return null;
    return (
        <>
            <div class="row">
                {!kiosk && (
                    <Button icon="lock" kind="strong" busy={state === "busy"} onClick={openPage}>
                        {words.sign_in}
                    </Button>
                )}
                <Button icon="qr" kind={kiosk ? "strong" : "plain"} onClick={openQr}>
                    {words.sign_in_qr}
                </Button>
            </div>
            {link?.as === "link" && (
                <a class="button strong" href={link.url} target="_blank" rel="opener">
                    {words.sign_in_link}
                </a>
            )}
            {link?.as === "qr" && <QrCode url={link.url} label={words.sign_in_scan} />}
            <p class="quiet small" role="status">
                {state === "waiting" && link?.as !== "qr"
                    ? words.sign_in_wait
                    : words.sign_in_about}
            </p>
            {state === "failed" && (
                <p class="bad" role="alert">
                    <Icon name="alert" />
                    {why || words.sign_in_failed}
                </p>
            )}
        </>
    );
}

/** Where no second page opens, this one goes there; the page at the end leads back. */
function goThere(url: string): void {
    keep("wenbao.return", location.pathname + location.search);
    location.assign(url);
}
