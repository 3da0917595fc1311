// Accessibility of the page that is shown: axe in light and dark, and no sideways scrolling on a phone.

import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const DESK = { width: 1280, height: 720 };

/** All that is wrong with the page, softly: a list of pages is looked at to its end. */
export async function isAccessible(page: Page, name = pathOf(page)): Promise<void> {
  // axe is a script; the page is the same without, and is looked at where scripts run.
  if (test.info().project.name === "nojs") return;
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  // Without its style sheet a page fails at everything: that is one fault, said once.
  const styled = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--s5") !== "");
  expect(styled, `${name} has its style sheet`).toBe(true);
  expect.soft(await violations(page), `${name}, light`).toEqual([]);
  // Only colours differ in the dark.
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  expect.soft(await violations(page, "color-contrast"), `${name}, dark`).toEqual([]);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  for (const width of [320, 360]) {
    await page.setViewportSize({ width, height: 740 });
    expect.soft(await tooWide(page), `${name}, ${width} px`).toEqual([]);
  }
  await page.setViewportSize(DESK);
}

function pathOf(page: Page): string {
  const url = new URL(page.url());
  return url.pathname + url.search;
}

async function violations(page: Page, only?: string): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  const result = await (only ? axe.withRules(only) : axe.withTags(TAGS)).analyze();
  return result.violations.flatMap((violation) =>
    violation.nodes.slice(0, 5).map((node) => `${violation.id}: ${node.target.join(" ")} (${node.any[0]?.message ?? violation.help})`),
  );
}

/** What stands out to the right, where the page scrolls sideways. */
async function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const out = [...document.body.querySelectorAll("*")].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && box.right > width + 0.5;
    });
    const named = out.slice(0, 5).map((element) => {
      const right = Math.round(element.getBoundingClientRect().right);
      return `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} ends at ${right}`;
    });
    return [`the page is ${document.documentElement.scrollWidth} wide`, ...named];
  });
}
