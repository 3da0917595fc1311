// Whether a page in English is English.

import type { Page } from "@playwright/test";

/** Russian words that are not marked as Russian. Names of people and places are the same in all languages. */
export async function leftInRussian(page: Page): Promise<string[]> {
  return page.locator("body").evaluate((body) => {
    const names = ".to-account, .greeting h1, #account-title, [data-name]";
    const out: string[] = [];
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || !/[а-яё]/i.test(node.textContent ?? "")) continue;
      if (parent.closest("script, style") || parent.closest(names)) continue;
      if (parent.closest("[lang]")?.getAttribute("lang") === "ru") continue;
      out.push(`${parent.tagName.toLowerCase()}: ${(node.textContent ?? "").trim().slice(0, 60)}`);
    }
    for (const element of body.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
      if (element.closest("[lang]")?.getAttribute("lang") === "ru") continue;
      for (const name of ["aria-label", "title", "placeholder", "alt"]) {
        const text = element.getAttribute(name) ?? "";
        if (/[а-яё]/i.test(text)) out.push(`${element.tagName.toLowerCase()} ${name}: ${text.slice(0, 60)}`);
      }
    }
    return out;
  });
}
