// Work that the gateway asks of a browser before it sends yet another code; the citizen does nothing.
// Own SHA-256: the browser's is missing on plain http and slow for many short texts.

export interface Work {
    challenge: string;
    bits: number;
}

const AT_A_TIME = 2_000;

/** The ending with which SHA-256 of `challenge:ending` begins with so many zero bits. */
export async function done(work: Work): Promise<{ challenge: string; ending: string }> {
    for (let number = 0; ; number++) {
        const digest = sha256(`${work.challenge}:${number}`);
        if (leadingZeros(digest) >= work.bits)
            return { challenge: work.challenge, ending: String(number) };
        // The page stays alive meanwhile, also on an old telephone.
        if (number % AT_A_TIME === AT_A_TIME - 1) await new Promise((go) => setTimeout(go));
    }
}

function leadingZeros(digest: Uint32Array): number {
    let zeros = 0;
    for (const word of digest) {
        zeros += Math.clz32(word);
        if (word) break;
    }
    return zeros;
}

/** SHA-256 (FIPS 180-4) of a text of ASCII characters. */
export function sha256(text: string): Uint32Array {
    const state = Uint32Array.from(START);
    const blocks = padded(text);
    const w = new Uint32Array(64);
    for (let at = 0; at < blocks.length; at += 16) mix(state, blocks, at, w);
    return state;
}

function padded(text: string): Uint32Array {
    const words = new Uint32Array((((text.length + 8) >> 6) + 1) << 4);
    const put = (at: number, byte: number) => (words[at >> 2]! |= byte << (24 - ((at & 3) << 3)));
    for (let at = 0; at < text.length; at++) put(at, text.charCodeAt(at));
    put(text.length, 0x80);
    words[words.length - 1] = text.length << 3;
    return words;
}

function mix(state: Uint32Array, blocks: Uint32Array, at: number, w: Uint32Array): void {
    for (let i = 0; i < 16; i++) w[i] = blocks[at + i]!;
    for (let i = 16; i < 64; i++) {
        const x = w[i - 15]!;
        const y = w[i - 2]!;
        const low = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
        const high = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
        w[i] = w[i - 16]! + low + w[i - 7]! + high;
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
    ];
    for (let i = 0; i < 64; i++) {
        const choice = (e & f) ^ (~e & g);
        const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + K[i]! + w[i]!) | 0;
        const majority = (a & b) ^ (a & c) ^ (b & c);
        const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = state[i]! + word));
}

const turn = (word: number, by: number) => (word >>> by) | (word << (32 - by));

/** The first 32 bits behind the point of a root, as the standard takes its constants. */
const bits = (root: number) => (root - Math.floor(root)) * 2 ** 32;
const PRIMES = Array.from({ length: 310 }, (_, n) => n + 2).filter((n) => {
    for (let by = 2; by * by <= n; by++) if (n % by === 0) return false;
    return true;
});
const START = Uint32Array.from(PRIMES.slice(0, 8), (prime) => bits(Math.sqrt(prime)));
const K = Uint32Array.from(PRIMES.slice(0, 64), (prime) => bits(Math.cbrt(prime)));
