// How surely a citizen is known: the levels of assurance, the lowest first.

export const LEVELS = ["loa2", "loa3", "loa4"].map((name) => `urn:wenbao:acr:${name}`);

// RFC 8176 names of how each level is reached.
const METHODS = [["pwd", "sms"], ["pwd", "hwk"], ["face", "hwk"]];

export const isLevel = (acr) => LEVELS.includes(acr);

/** Whether `held` is as good as `asked` or better. */
export const isEnough = (held, asked) => LEVELS.indexOf(held) >= LEVELS.indexOf(asked);

export const methods = (acr) => METHODS[LEVELS.indexOf(acr)];

/** The lowest level among the values of `acr_values`; the lowest of all where none is known. */
export function asked(acrValues) {
  const known = (acrValues ?? "").split(" ").filter(isLevel);
  return LEVELS.find((level) => known.includes(level)) ?? LEVELS[0];
}
