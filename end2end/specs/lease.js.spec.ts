// Who may write, on a bad network: nobody is asked whether to go on here unless the test really is open elsewhere.

import { expect, test } from "@playwright/test";
import { advance } from "../support/clock";
import * as exam from "../support/exam";
import * as net from "../support/network";
import { signIn } from "../support/people";
import { counted, word } from "../support/words";

test("whoever never heard that the test is theirs to write goes on after a reload without being asked", async ({ page }) => {
  await advance(net.WHOLE_TIME);
  await signIn(page, net.person(28));
  const lost = await net.loseReplies(page, net.TAKE_OVER);
  await exam.startPractice(page);
  await expect.poll(() => lost.count).toBeGreaterThanOrEqual(1);
  await net.mend(page);
  await page.reload();
  const number = await exam.find(page, "single", exam.PRACTICE_QUESTIONS);
  await exam.answer(page);
  await net.isSaved(page);
  await expect(net.elsewhere(page)).toBeHidden();
  expect(number).toBeGreaterThan(0);
  await net.comesTo(page, 1, 1);
});

test("a tab that was closed holds up nobody: a new one goes on without asking", async ({ page, context }) => {
  const { attempt, at } = await net.sit(page, 28, 2);
  await exam.answer(page);
  await net.isSaved(page);
  await page.close();
  const again = await context.newPage();
  const taken = again.waitForResponse(net.TAKE_OVER);
  await again.goto(`${attempt}?q=${at[1]}`);
  await taken;
  await exam.answer(again);
  await net.isSaved(again);
  await expect(net.elsewhere(again)).toBeHidden();
  await net.comesTo(again, 2, 2);
});

test("while a tab lives, a second one asks, and a reload of either changes nothing", async ({ page, context }) => {
  const { attempt, at } = await net.sit(page, 28, 1);
  const second = await context.newPage();
  await second.goto(attempt);
  await expect(net.elsewhere(second)).toBeVisible();
  await second.reload();
  await expect(net.elsewhere(second)).toBeVisible();
  const taken = page.waitForResponse(net.TAKE_OVER);
  await page.reload();
  await taken;
  await exam.goTo(page, at[0]);
  await exam.answer(page);
  await net.isSaved(page);
  await expect(net.elsewhere(page)).toBeHidden();
  // Once the first is gone there is nothing left to ask.
  await page.close();
  await second.reload();
  await net.isSaved(second);
  await expect(net.elsewhere(second)).toBeHidden();
});

test("what was chosen before there was anybody to write it is sent from the result as late", async ({ page, context }) => {
  const { attempt } = await net.sit(page, 28);
  await net.cut(context, net.ANY_CALL);
  await page.reload();
  await expect(exam.saved(page)).toHaveText(word("exam.offline_idle"));
  await exam.answer(page);
  await net.isStored(page, 1);
  await page.close();
  await advance(net.WHOLE_TIME);
  await net.mend(context);
  const again = await context.newPage();
  await again.goto(attempt);
  await expect(again.getByText(word("exam.left_sent"), { exact: true })).toBeVisible();
  await again.reload();
  await expect(again.getByText(counted("result.late", 1), { exact: true })).toBeVisible();
});
