// The words of the product, read from its own locales: a test names a word, not its present wording.

import { readFileSync } from "node:fs";
import path from "node:path";

export type Language = "ru" | "en";
type Values = Record<string, string | number>;

const read = new Map<string, Record<string, string>>();

function entry(key: string, language: Language): string {
  const [file, ...rest] = key.split(".");
  const at = path.resolve(__dirname, `../../i18n/locales/${language}/${file}.json`);
  if (!read.has(at)) read.set(at, JSON.parse(readFileSync(at, "utf8")));
  const text = read.get(at)?.[rest.join(".")];
  if (text === undefined) throw new Error(`There is no word ${key} in ${language}`);
  return text;
}

const HOLE = /\{\{\s*(\w+)\s*\}\}/g;

/** A word with its values filled in. */
export function word(key: string, values: Values = {}, language: Language = "ru"): string {
  return entry(key, language).replace(HOLE, (_, name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${key} needs ${name}`);
    return String(value);
  });
}

/** A word that depends on a number. */
export function counted(key: string, count: number, language: Language = "ru"): string {
  const form = new Intl.PluralRules(language).select(count);
  return word(`${key}_${form}`, { count }, language);
}

/** A word with anything in its places. */
export function like(key: string, values: Values = {}, language: Language = "ru"): RegExp {
  const parts = entry(key, language)
    .split(HOLE)
    .map((part, at) => (at % 2 === 0 ? escape(part) : escape(String(values[part] ?? "")) || "(.+?)"));
  return new RegExp(parts.join(""));
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
