// English covers every page: once is enough, the server writes the same page with scripts and without.

import { expect, test } from "@playwright/test";
import * as exam from "../support/exam";
import { leftInRussian } from "../support/language";
import { NOBODY, PAGES, addressOf } from "../support/pages";
import { candidate, signIn } from "../support/people";
import { word } from "../support/words";

for (const [role, pages] of Object.entries(PAGES)) {
  test(`English covers the pages of ${role}`, async ({ page, baseURL }) => {
    await page.context().addCookies([{ name: "language", value: "en", url: baseURL ?? "" }]);
    if (role !== NOBODY) await signIn(page, role);
    for (const seen of pages) {
      const address = await addressOf(page, seen);
      if (!address) continue; // access.spec says so.
      await page.goto(address);
      await expect(page.locator("html")).toHaveAttribute("lang", "en");
      expect.soft(await leftInRussian(page), seen.path).toEqual([]);
    }
  });
}

test("the exam and its result are in English, the questions stay Russian and are marked so", async ({ page, baseURL }) => {
  await page.context().addCookies([{ name: "language", value: "en", url: baseURL ?? "" }]);
  await signIn(page, candidate(1));
  await exam.startPractice(page);
  await expect(page.locator(".exam-count")).toHaveText(
    word("exam.count", { number: 1, total: exam.PRACTICE_QUESTIONS }, "en"),
  );
  await expect(page.locator(".exam-question")).toHaveAttribute("lang", "ru");
  expect.soft(await leftInRussian(page), "exam").toEqual([]);
  await page.locator(".palette").getByRole("button", { name: word("exam.finish", {}, "en") }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(word("exam.finish_title", {}, "en"));
  expect.soft(await leftInRussian(page), "handing in").toEqual([]);
  await page.getByRole("button", { name: word("exam.hand_in_without", {}, "en") }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(word("result.failed", {}, "en"));
  expect.soft(await leftInRussian(page), "result").toEqual([]);
});
