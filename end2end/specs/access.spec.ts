// Every page that a role can reach: axe in light and dark, and no sideways scrolling on a phone.

import { expect, test } from "@playwright/test";
import { isAccessible } from "../support/axe";
import * as exam from "../support/exam";
import { ELSEWHERE, NOBODY, PAGES, addressOf, isAt, routes } from "../support/pages";
import { candidate, signIn } from "../support/people";
import { word } from "../support/words";

for (const [role, pages] of Object.entries(PAGES)) {
  test(`the pages of ${role} are accessible and fit on a phone`, async ({ page }) => {
    if (role !== NOBODY) await signIn(page, role);
    for (const seen of pages) {
      const address = await addressOf(page, seen);
      expect.soft(address, `${seen.from} links to ${seen.path}`).toBeDefined();
      if (!address) continue;
      const answer = await page.goto(address);
      expect.soft(answer?.status(), address).toBeLessThan(500);
      await isAccessible(page, `${role} ${seen.path}`);
    }
  });
}

test("the exam is accessible with every kind of question, and so are handing in and the result", async ({ page }) => {
  await signIn(page, candidate(13));
  await exam.startPractice(page);
  const looked = new Set<string>();
  for (let number = 1; number <= exam.PRACTICE_QUESTIONS; number += 1) {
    await exam.goTo(page, number);
    const { kind } = await exam.question(page);
    if (looked.has(kind)) continue;
    looked.add(kind);
    if (kind === "single") {
      await exam.answer(page);
      await exam.button(page, "exam.mark").click();
      await expect(exam.button(page, "exam.unmark")).toBeVisible();
    }
    await isAccessible(page, `exam, ${kind}`);
  }
  await exam.toFinish(page);
  await isAccessible(page, "exam, before handing in");
  await exam.handIn(page);
  await isAccessible(page, "result of a practice test");
  await page.goto("/results");
  await isAccessible(page, "results");
});

test("forms that say what is wrong are accessible", async ({ page }) => {
  const send = (name: string) => page.locator("main").getByRole("button", { name, exact: true }).last().click();
  await page.goto("/login");
  await send(word("sign_in.enter"));
  await expect(page.getByRole("alert")).toBeVisible();
  await isAccessible(page, "sign-in with errors");
  await signIn(page, "hr");
  await page.goto("/hr/people/new");
  await send(word("people.new_go"));
  await expect(page.getByRole("alert")).toBeVisible();
  await isAccessible(page, "a new person with errors");
  await signIn(page, "trainer");
  await page.goto("/trainer/items/new");
  await send(word("items.save"));
  await expect(page.getByRole("alert")).toBeVisible();
  await isAccessible(page, "a new item with errors");
});

test("every page of the product is looked at", () => {
  const seen = Object.values(PAGES).flat();
  const missing = routes().filter((route) => !ELSEWHERE.includes(route) && !seen.some((page) => isAt(page, route)));
  expect(missing).toEqual([]);
});
