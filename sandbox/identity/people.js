// The synthetic citizens who can sign in: read once, found by their login name or their `sub`.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { isLevel } from "./levels.js";

const SANDBOX = join(import.meta.dirname, "..");
const STAFF_FIELDS = ["sub", "login", "name", "acr"];
const FIELDS = ["sub", "login", "name", "id_number", "acr"];

export class BadPerson extends Error {}

/** Reads `place`, or else what lies beside this folder; refuses a citizen who lacks something. */
export function readPeople(place) {
  const from = place ?? [join(SANDBOX, "people.yml"), join(SANDBOX, "people")].find(existsSync);
  if (!from) throw new BadPerson("there is no file with citizens");
  const everybody = files(from).flatMap(written).map(person);
  const people = {
    all: everybody,
    byLogin: new Map(everybody.map((one) => [one.login, one])),
    bySub: new Map(everybody.map((one) => [one.sub, one])),
  };
  if (people.byLogin.size !== everybody.length || people.bySub.size !== everybody.length) {
    throw new BadPerson("two citizens share a login name or a sub");
  }
  return people;
}

/** The staff, who sign in to the console only. */
export function readStaff() {
  const { staff } = load(readFileSync(join(SANDBOX, "staff.yml"), "utf8"));
  const everybody = staff.map((one) => {
    const missing = STAFF_FIELDS.find((name) => typeof one[name] !== "string" || !one[name]);
    if (missing || !Array.isArray(one.roles)) throw new BadPerson(`staff without ${missing ?? "roles"}`);
    return Object.freeze({ ...one });
  });
  return {
    all: everybody,
    byLogin: new Map(everybody.map((one) => [one.login, one])),
    bySub: new Map(everybody.map((one) => [one.sub, one])),
  };
}

function files(place) {
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place).filter((name) => name.endsWith(".yml")).sort()
    .map((name) => join(place, name));
}

function written(file) {
  const read = load(readFileSync(file, "utf8"));
  return Array.isArray(read) ? read : read.people;
}

function person(fields) {
  const missing = FIELDS.find((name) => typeof fields[name] !== "string" || !fields[name]);
  if (missing) throw new BadPerson(`a citizen has no ${missing}`);
  if (!isLevel(fields.acr)) throw new BadPerson(`${fields.login} has an unknown level`);
  return Object.freeze(Object.fromEntries(FIELDS.map((name) => [name, fields[name]])));
}
