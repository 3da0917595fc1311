// Pictures of every page, for people to look at: not a check. `LOOK=folder npx playwright test look`.

import { mkdirSync } from "node:fs";
import path from "node:path";
import { test, type Page } from "@playwright/test";
import * as exam from "../support/exam";
import { NOBODY, PAGES, addressOf } from "../support/pages";
import { candidate, signIn } from "../support/people";

const folder = process.env.LOOK ?? "";
test.skip(!folder, "LOOK names no folder");

interface Way {
  name: string;
  width: number;
  height: number;
  dark: boolean;
  language: "ru" | "en";
}

const WAYS: Way[] = [
  { name: "phone", width: 390, height: 844, dark: false, language: "ru" },
  { name: "phone-dark-en", width: 390, height: 844, dark: true, language: "en" },
  { name: "desk", width: 1440, height: 900, dark: false, language: "ru" },
  { name: "desk-dark", width: 1440, height: 900, dark: true, language: "ru" },
];

async function look(page: Page, name: string, baseURL = ""): Promise<void> {
  for (const way of WAYS) {
    await page.setViewportSize(way);
    await page.emulateMedia({ colorScheme: way.dark ? "dark" : "light" });
    await page.context().addCookies([{ name: "language", value: way.language, url: baseURL }]);
    await page.reload();
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: path.join(folder, `${name}.${way.name}.png`), fullPage: true });
  }
}

const named = (role: string, address: string): string => `${role}-${address.replace(/[^a-z-]+/gi, "_").replace(/^_|_$/g, "")}`;

for (const [role, pages] of Object.entries(PAGES)) {
  test(`the pages of ${role}`, async ({ page, baseURL }) => {
    test.setTimeout(300_000);
    mkdirSync(folder, { recursive: true });
    if (role !== NOBODY) await signIn(page, role);
    for (const seen of pages) {
      const address = await addressOf(page, seen);
      if (!address) continue;
      await page.goto(address);
      await look(page, named(role, seen.path), baseURL);
    }
  });
}

test("the exam, its end and its result", async ({ page, baseURL }) => {
  test.setTimeout(300_000);
  mkdirSync(folder, { recursive: true });
  await signIn(page, candidate(1));
  await exam.openTest(page);
  await look(page, "exam-before", baseURL);
  await page.context().addCookies([{ name: "language", value: "ru", url: baseURL ?? "" }]);
  await exam.startPractice(page);
  for (const at of [1, 2, 3, 4, 5, 6]) {
    await page.goto(`${new URL(page.url()).pathname}?q=${at}`);
    await look(page, `exam-question-${at}`, baseURL);
  }
  await page.goto(`${new URL(page.url()).pathname}/finish`);
  await look(page, "exam-finish", baseURL);
  await page.locator("main form button").last().click();
  await page.waitForURL(/\/results\//);
  await look(page, "exam-result", baseURL);
});
