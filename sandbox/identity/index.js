// Starts the sandbox's identity provider: `node sandbox/identity/index.js`.

import { interactions } from "./interactions.js";
import { readPeople, readStaff } from "./people.js";
import { openProvider } from "./provider.js";
import { readSettings } from "./settings.js";

const settings = readSettings(process.env);
const people = readPeople(settings.people);
const staff = readStaff();
const provider = openProvider(settings, people, staff);
const consoleOrigin = settings.console?.origin ?? "";
provider.use(interactions(provider, { people, staff, consoleId: settings.console?.clientId }, {
  // The form's redirect ends at the client, and a browser checks that against form-action, too.
  "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; "
    + `frame-ancestors 'none'; form-action 'self' ${settings.clientOrigin} ${consoleOrigin}`.trim(),
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
}));
const server = provider.listen(settings.port, "127.0.0.1");
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
