// Whether a page in English is English.

import type { Page } from "@playwright/test";

/**
 * Russian words that are not marked as Russian. What a field holds is data, and so is the name of a person:
 * it is the same in all languages.
 */
export async function leftInRussian(page: Page): Promise<string[]> {
  return page.locator("body").evaluate((body) => {
    const data = "script, style, option, textarea, .to-account, .greeting h1, #account-title";
    const person = /^[:,\s]*[А-ЯЁ][а-яё-]+ [А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+(вич|вна|чна)$/;
    const isRussian = (text: string) => /[а-яё]/i.test(text) && !person.test(text);
    const isMarked = (element: Element) => element.closest("[lang]")?.getAttribute("lang") === "ru";
    const out = new Set<string>();
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = (node.textContent ?? "").trim();
      const parent = node.parentElement;
      if (!parent || !isRussian(text) || parent.closest(data) || isMarked(parent)) continue;
      out.add(`${parent.tagName.toLowerCase()}: ${text.slice(0, 80)}`);
    }
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      for (const element of body.querySelectorAll(`[${name}]`)) {
        const text = element.getAttribute(name) ?? "";
        if (isRussian(text) && !isMarked(element)) out.add(`${element.tagName.toLowerCase()} ${name}: ${text.slice(0, 80)}`);
      }
    }
    return [...out].slice(0, 20);
  });
}
