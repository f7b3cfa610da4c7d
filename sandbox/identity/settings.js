// The settings of the provider, all from environment variables.

const NEEDED = ["PORT", "ISSUER", "CLIENT_ID", "CLIENT_SECRET", "REDIRECT_URI"];

export class MissingSetting extends Error {
  constructor(name) {
    super(`${name} must be set`);
  }
}

/**
 * PORT: where it listens, on loopback only.
 * ISSUER: the address under which the browser and the gateway reach it.
 * CLIENT_ID, CLIENT_SECRET: the one client.
 * REDIRECT_URI: where that client takes a citizen back; its origin also hears of sign-outs.
 * CONSOLE_CLIENT_ID, CONSOLE_CLIENT_SECRET, CONSOLE_REDIRECT_URI: the staff's console, if it runs.
 * PEOPLE: another file or folder with citizens (default: sandbox/people.yml or sandbox/people/).
 */
export function readSettings(environment) {
  for (const name of NEEDED) {
    if (!environment[name]) throw new MissingSetting(name);
  }
  const client = new URL(environment.REDIRECT_URI);
  return Object.freeze({
    port: Number(environment.PORT),
    issuer: environment.ISSUER,
    clientId: environment.CLIENT_ID,
    clientSecret: environment.CLIENT_SECRET,
    redirectUri: client.href,
    clientOrigin: client.origin,
    logoutUri: new URL("backchannel-logout", client).href,
    people: environment.PEOPLE || null,
    console: readConsole(environment),
  });
}

function readConsole(environment) {
  if (!environment.CONSOLE_REDIRECT_URI) return null;
  const client = new URL(environment.CONSOLE_REDIRECT_URI);
  return Object.freeze({
    clientId: environment.CONSOLE_CLIENT_ID,
    clientSecret: environment.CONSOLE_CLIENT_SECRET,
    redirectUri: client.href,
    origin: client.origin,
  });
}
