// The OpenID provider: one confidential client, code with PKCE, levels, back-channel logout.

import { generateKeyPairSync, randomBytes } from "node:crypto";

import Provider, { interactionPolicy } from "oidc-provider";

import { LEVELS, asked, isEnough, isLevel } from "./levels.js";
import * as pages from "./pages.js";

const SECONDS_TO_SIGN_IN = 600;
const SECONDS_SIGNED_IN = 3600;

export function openProvider(settings, people, staff) {
  const provider = new Provider(settings.issuer, {
    clients: [client(settings), ...(settings.console ? [consoleClient(settings.console)] : [])],
    jwks: { keys: [newKey()] },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    acrValues: LEVELS,
    scopes: ["openid", "citizen", "staff"],
    claims: { openid: ["sub"], citizen: ["name", "id_number"], staff: ["name", "roles"] },
    findAccount: (ctx, sub) => account(people.bySub.get(sub) ?? staff.bySub.get(sub)),
    interactions: { policy: policy(), url: (ctx, { uid }) => `/interaction/${uid}` },
    ttl: { Interaction: SECONDS_TO_SIGN_IN, Session: SECONDS_SIGNED_IN, Grant: SECONDS_SIGNED_IN,
      AuthorizationCode: 60, AccessToken: 300, IdToken: 300 },
    pkce: { required: () => true },
    responseTypes: ["code"],
    clientAuthMethods: ["client_secret_basic"],
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true, logoutSource: pages.signOut, postLogoutSuccessSource: pages.signedOut,
      },
    },
    renderError: pages.problem,
    // The library calls no loopback address; ours is the one client's, told by whoever started us.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
  });
  provider.on("server_error", (ctx, error) => process.stderr.write(`${error.stack}\n`));
  provider.on("backchannel.error", (ctx, error) => process.stderr.write(`${error.message}\n`));
  return provider;
}

function client(settings) {
  return {
    client_id: settings.clientId,
    client_secret: settings.clientSecret,
    client_name: "问保",
    redirect_uris: [settings.redirectUri],
    post_logout_redirect_uris: [`${settings.clientOrigin}/chat`],
    response_types: ["code"],
    grant_types: ["authorization_code"],
    scope: "openid citizen",
    token_endpoint_auth_method: "client_secret_basic",
    require_auth_time: true,
    backchannel_logout_uri: settings.logoutUri,
    backchannel_logout_session_required: true,
  };
}

function consoleClient(settings) {
  return {
    client_id: settings.clientId,
    client_secret: settings.clientSecret,
    client_name: "问保工作台",
    redirect_uris: [settings.redirectUri],
    response_types: ["code"],
    grant_types: ["authorization_code"],
    scope: "openid staff",
    token_endpoint_auth_method: "client_secret_basic",
    require_auth_time: true,
  };
}

/** A key of this run only: who starts the provider anew starts with new keys. */
function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = randomBytes(12).toString("base64url");
  return { ...privateKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" };
}

function account(person) {
  if (!person) return undefined;
  const { sub, name, id_number, roles } = person;
  return { accountId: sub, claims: () => ({ sub, name, id_number, roles }) };
}

/** Asks for a new sign-in when the level that the session has is too low: a step-up. */
function policy() {
  const prompts = interactionPolicy.base();
  const { Check } = interactionPolicy;
  const tooLow = new Check("level", "a higher level is asked for", (ctx) => {
    const { oidc } = ctx;
    const wants = asked(oidc.params.acr_values);
    // Whoever has just signed in has done what they could: the client sees the level it got.
    const settled = oidc.result?.login || !oidc.params.acr_values;
    const held = isLevel(oidc.session.acr) ? oidc.session.acr : LEVELS[0];
    return !settled && !isEnough(held, wants) ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
  });
  prompts.get("login").checks.add(tooLow);
  return prompts;
}
