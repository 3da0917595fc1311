// Right answers, from the shipped items: a question is found by its stem and its options.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

interface Item {
  stem: string;
  options: string[];
  key: number[];
  rule: number;
  kind: string;
}

const folder = path.resolve(__dirname, "../../content/items");
let known: Map<string, Item> | undefined;

/** As much TOML as the items use: tables `[[item]]`, strings, numbers, arrays. */
function items(text: string): Item[] {
  return text
    .split(/^\[\[item\]\]$/m)
    .slice(1)
    .map((part) => {
      const item: Record<string, unknown> = {};
      for (const [, name, value] of part.matchAll(/^(\w+) = (\[[^]*?^\]|\[.*\]|.*)$/gm)) {
        item[name] = JSON.parse(value.replace(/,\s*\]$/, "]"));
      }
      return item as unknown as Item;
    });
}

function signature(stem: string, options: string[]): string {
  return [stem, ...[...options].sort()].map((text) => text.replace(/\s+/g, " ").trim()).join("\n");
}

export interface Right {
  /** Texts of the right options; for an ordering all of them in order. */
  texts: string[];
  /** The number of the rule. */
  rule: number;
}

/** The right answer of a question as it is shown. */
export function rightAnswer(stem: string, options: string[]): Right {
  if (!known) {
    known = new Map();
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".toml"))) {
      for (const item of items(readFileSync(path.join(folder, file), "utf8"))) {
        known.set(signature(item.stem, item.options), item);
      }
    }
  }
  const item = known.get(signature(stem, options));
  if (!item) throw new Error(`No shipped item is like «${stem}»`);
  return { texts: item.key.map((number) => item.options[number - 1]), rule: item.rule };
}
