// What a citizen does at the provider: sign in, step up, agree; every step a plain form.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { errors } from "oidc-provider";

import { asked, isEnough, isLevel, methods } from "./levels.js";
import * as pages from "./pages.js";

const MOST_BYTES = 4096;
const STYLE = readFileSync(join(import.meta.dirname, "style.css"));
const PATH = /^\/interaction\/[\w-]{1,64}(?:\/(login|consent|cancel))?$/;

/** Answers our own paths; everything else is the provider's. */
export function interactions(provider, { people, staff, consoleId }, headers) {
  return async (ctx, next) => {
    ctx.set(headers);
    if (ctx.path === "/style.css") {
      ctx.type = "css";
      ctx.body = STYLE;
      return;
    }
    const path = PATH.exec(ctx.path);
    const does = path && STEPS[`${ctx.method} ${path[1] ?? ""}`];
    if (!does) {
      await next();
      return;
    }
    try {
      const at = await provider.interactionDetails(ctx.req, ctx.res);
      const isStaff = at.params.client_id === consoleId;
      await does({ ctx, provider, people: isStaff ? staff : people, isStaff, at });
    } catch (problem) {
      if (!(problem instanceof errors.OIDCProviderError)) throw problem;
      ctx.status = 400;
      pages.problem(ctx);
    }
  };
}

const STEPS = { "GET ": show, "POST login": signIn, "POST consent": agree, "POST cancel": cancel };

async function show({ ctx, provider, people, isStaff, at }) {
  if (at.prompt.name === "login") {
    pages.login(ctx, at.uid, people.all, asked(at.params.acr_values));
  } else if (isStaff) {
    // Their employer runs both sides: there is nothing to agree to.
    await agree({ ctx, provider, at });
  } else {
    pages.consent(ctx, at.uid, people.bySub.get(at.session.accountId));
  }
}

async function signIn({ ctx, provider, people, at }) {
  const said = await form(ctx.req);
  const level = said.get("level");
  const login = (said.get("login") || said.get("typed") || "").trim().toLowerCase();
  const person = people.byLogin.get(login);
  if (!person || !isLevel(level) || !isEnough(person.acr, level)) {
    ctx.status = 422;
    const why = person && isLevel(level) ? "level" : "unknown";
    pages.login(ctx, at.uid, people.all, asked(at.params.acr_values), why);
    return;
  }
  await finish(ctx, provider, {
    login: { accountId: person.sub, acr: level, amr: methods(level), remember: false },
  });
}

async function agree({ ctx, provider, at }) {
  const { accountId } = at.session;
  const known = at.grantId ? await provider.Grant.find(at.grantId) : undefined;
  const grant = known ?? new provider.Grant({ accountId, clientId: at.params.client_id });
  const missing = at.prompt.details;
  if (missing.missingOIDCScope) grant.addOIDCScope(missing.missingOIDCScope.join(" "));
  if (missing.missingOIDCClaims) grant.addOIDCClaims(missing.missingOIDCClaims);
  await finish(ctx, provider, { consent: { grantId: await grant.save() } }, true);
}

async function cancel({ ctx, provider }) {
  await finish(ctx, provider, { error: "access_denied", error_description: "declined" });
}

async function finish(ctx, provider, result, merge = false) {
  const to = await provider.interactionResult(
    ctx.req, ctx.res, result, { mergeWithLastSubmission: merge },
  );
  ctx.status = 303;
  ctx.redirect(to);
}

async function form(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MOST_BYTES) throw new errors.InvalidRequest("form is too large");
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString("utf8"));
}
