// From the test to the badge, and to its last day: the chain that everything else serves.

import { expect, test } from "@playwright/test";
import { isAccessible } from "../support/axe";
import { advance, DAY, dayInWords, serverNow } from "../support/clock";
import * as exam from "../support/exam";
import { decideOn, rowOf, search } from "../support/hr";
import { another, candidate, elsewhere, signIn } from "../support/people";
import { word } from "../support/words";

test.slow();
test("a passed test waits for a decision, the decision gives a badge that anybody can check, and it ends", async ({
  page,
  browser,
}) => {
  const login = candidate(4);
  const looks = test.info().project.name === "js" ? isAccessible : async () => {};
  await signIn(page, login);
  await exam.startTest(page);
  await exam.answerAll(page, exam.QUESTIONS);
  await exam.handIn(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(word("result.passed"));
  expect(await exam.score(page)).toEqual({ points: exam.QUESTIONS, max: exam.QUESTIONS });
  await looks(page);
  await page.goto("/badge");
  await expect(page.getByText(word("badge.none"), { exact: true })).toBeVisible();

  const hr = await another(browser, "hr");
  await decideOn(hr, login, () => looks(hr));

  await page.goto("/learn");
  await expect(page.locator(".next-step")).toContainText(word("learn.badge_title"));
  await page.getByRole("link", { name: word("learn.badge_go") }).click();
  await expect(page.getByRole("img", { name: word("badge.qr") })).toBeVisible();
  const until = await page.locator(".badge-facts > div").filter({ hasText: word("badge.until") }).locator("dd").innerText();
  expect(until).toBe(lastDay(await serverNow()));
  const serial = await page.locator(".badge-stub code").innerText();
  expect(serial).toMatch(/^IS-\d\d-[0-9A-HJKMNP-TV-Z]{13}$/);
  await looks(page);

  const stranger = await (await browser.newContext(elsewhere())).newPage();
  await stranger.goto("/verify");
  await stranger.getByLabel(word("badge.serial")).fill(serial.toLowerCase());
  await stranger.getByRole("button", { name: word("badge.verify_go") }).click();
  await expect(stranger).toHaveURL(`/verify/${serial}`);
  await expect(stranger.getByRole("heading", { level: 1 })).toHaveText(word("badge.is_valid"));
  await expect(stranger.getByText(word("badge.valid_until", { until }), { exact: true })).toBeVisible();
  // A stranger reads given name, patronymic and the first letter of the surname.
  const holder = stranger.locator("dl.facts > div").filter({ hasText: word("badge.holder") }).locator("dd");
  await expect(holder).toHaveText(/^\S+ \S+ \S\.$/);
  await looks(stranger);

  await hr.goto("/hr/certified");
  await search(hr, login.toUpperCase());
  await expect(rowOf(hr, login)).toContainText(word("word.certified"));
  await expect(rowOf(hr, login)).toContainText(until);
  await looks(hr);

  const now = await serverNow();
  const later = new Date(now);
  later.setUTCMonth(later.getUTCMonth() + 24);
  await advance(later.getTime() - now.getTime() + DAY);
  await stranger.reload();
  await expect(stranger.getByRole("heading", { level: 1 })).toHaveText(word("badge.is_lapsed"));
  await expect(stranger.getByText(word("badge.lapsed_what", { until }), { exact: true })).toBeVisible();
  await looks(stranger);
  await signIn(hr, "hr");
  await hr.goto("/hr/certified?state=lapsed");
  await search(hr, login.toUpperCase());
  await expect(rowOf(hr, login)).toContainText(word("word.lapsed"));
});

/** 24 calendar months, both days inclusive: the day before the same day. */
function lastDay(now: Date): string {
  const day = new Date(now);
  day.setUTCMonth(day.getUTCMonth() + 24);
  return dayInWords(new Date(day.getTime() - DAY));
}
