// The exam with scripts: nothing is lost between two questions, without a link, or in two tabs.

import { expect, test, type Page } from "@playwright/test";
import { advance, MINUTE } from "../support/clock";
import * as exam from "../support/exam";
import { another, candidate, fillSignIn, signIn } from "../support/people";
import { counted, like, word } from "../support/words";

const PRACTICE = exam.PRACTICE_QUESTIONS;

/** Until the island holds the lease: before that a button is a page's button. */
async function awake(page: Page): Promise<void> {
  await page.waitForFunction(() => Object.keys(sessionStorage).some((key) => key.startsWith("writer ")));
}

/** A practice sitting at a question of one right answer, wide awake. */
async function sit(page: Page, number: number): Promise<{ attempt: string; at: number }> {
  await signIn(page, candidate(number));
  const attempt = await exam.startPractice(page);
  await awake(page);
  return { attempt, at: await exam.find(page, "single", PRACTICE) };
}

test("an answer is kept on the server without leaving the question", async ({ page, browser }) => {
  const { attempt, at } = await sit(page, 20);
  await expect(exam.saved(page)).toHaveText(word("exam.not_answered"));
  await exam.choice(page, 1).check();
  await expect(exam.saved(page)).toHaveText(like("exam.saved"));
  await expect(exam.place(page, at)).toHaveAccessibleName(like("exam.key_done"));
  const other = await another(browser, candidate(20));
  await other.goto(attempt);
  await other.getByRole("button", { name: word("exam.continue_here") }).click();
  await exam.goTo(other, at);
  await expect(exam.choice(other, 1)).toBeChecked();
  await other.context().close();
});

test("without a link the answers are kept here and say so, and are sent when it is back", async ({ page, context }) => {
  const { at } = await sit(page, 21);
  const other = at === 1 ? 2 : 1;
  await context.setOffline(true);
  await exam.choice(page, 0).check();
  await expect(exam.saved(page)).toHaveText(counted("exam.offline", 1));
  // One can go on to other questions, and back.
  await exam.goTo(page, other);
  await exam.goTo(page, at);
  await expect(exam.choice(page, 0)).toBeChecked();
  // What is not sent is not handed in.
  await page.locator(".palette").getByRole("button", { name: word("exam.finish"), exact: true }).click();
  await expect(page.getByText(word("exam.unsent"))).toBeAttached();
  await expect(page).toHaveURL(/\/exam\//);
  await context.setOffline(false);
  await expect(exam.saved(page)).toHaveText(like("exam.saved"));
  await page.reload();
  await expect(exam.place(page, at)).toHaveAccessibleName(like("exam.key_done"));
});

test("an answer that could not be sent survives a reload", async ({ page }) => {
  const { at } = await sit(page, 22);
  await page.route("**/api/exam/answer", (route) => route.abort());
  await exam.choice(page, 2).check();
  await expect(exam.saved(page)).toHaveText(counted("exam.offline", 1));
  await page.unroute("**/api/exam/answer");
  await page.route("**/api/exam/answer", (route) => route.abort());
  await page.reload();
  await exam.isAt(page, at);
  await expect(exam.choice(page, 2)).toBeChecked();
  await page.unroute("**/api/exam/answer");
  await expect(exam.saved(page)).toHaveText(like("exam.saved"), { timeout: 20_000 });
  await page.reload();
  await expect(exam.choice(page, 2)).toBeChecked();
});

test("a reload keeps the question and the answer", async ({ page }) => {
  const { at } = await sit(page, 23);
  await exam.choice(page, 1).check();
  await expect(exam.saved(page)).toHaveText(like("exam.saved"));
  await exam.button(page, "exam.mark").click();
  await expect(exam.button(page, "exam.unmark")).toBeVisible();
  await page.reload();
  await exam.isAt(page, at, PRACTICE);
  await expect(exam.choice(page, 1)).toBeChecked();
  await expect(exam.button(page, "exam.unmark")).toBeVisible();
  // The reloaded tab is the same writer: it does not ask.
  await awake(page);
  await expect(page.getByText(word("exam.elsewhere"), { exact: true })).toBeHidden();
});

test("a second tab of the same attempt only reads", async ({ page, context }) => {
  const { attempt, at } = await sit(page, 18);
  await exam.choice(page, 0).check();
  await expect(exam.saved(page)).toHaveText(like("exam.saved"));
  const second = await context.newPage();
  await second.goto(`${attempt}?q=${at}`);
  await expect(second.getByRole("button", { name: word("exam.continue_here") })).toBeVisible();
  await expect(exam.choice(second, 0)).toBeChecked();
  await expect(exam.choice(second, 1)).toBeDisabled();
});

test("a second tab can take over, and then the first one is told", async ({ page, context }) => {
  const { attempt, at } = await sit(page, 24);
  const second = await context.newPage();
  await second.goto(`${attempt}?q=${at}`);
  const here = second.getByRole("button", { name: word("exam.continue_here") });
  await here.click();
  await expect(here).toBeHidden();
  await exam.choice(second, 1).check();
  await expect(exam.saved(second)).toHaveText(like("exam.saved"));
  await expect(page.getByText(word("exam.elsewhere"), { exact: true })).toBeVisible({ timeout: 30_000 });
});

test("a tab that takes the attempt back shows what was answered meanwhile in the other", async ({ page, context }) => {
  const { attempt, at } = await sit(page, 30);
  const second = await context.newPage();
  await second.goto(`${attempt}?q=${at}`);
  await second.getByRole("button", { name: word("exam.continue_here") }).click();
  await exam.choice(second, 1).check();
  await expect(exam.saved(second)).toHaveText(like("exam.saved"));
  // Whoever answers learns at once that another tab holds the attempt.
  await exam.button(page, "exam.mark").click();
  const here = page.getByRole("button", { name: word("exam.continue_here") });
  await here.click();
  await expect(here).toBeHidden();
  await expect(exam.choice(page, 1)).toBeChecked();
});

test("the keys 1 to 4 choose, and Tab leads on to the next question", async ({ page }) => {
  const { at } = await sit(page, 25);
  await page.locator(".exam-stem").focus();
  for (const key of [4, 1, 3]) {
    if ((await page.locator("label.option").count()) < key) continue;
    await page.keyboard.press(String(key));
    await expect(exam.choice(page, key - 1)).toBeChecked();
  }
  await expect(exam.saved(page)).toHaveText(like("exam.saved"));
  await page.locator(".exam-stem").focus();
  await page.keyboard.press("Tab");
  await expect(exam.choice(page, 2)).toBeFocused();
  await page.keyboard.press("Tab");
  const onward = at < PRACTICE ? "exam.next" : "exam.finish";
  await expect(exam.button(page, onward)).toBeFocused();
  if (at === PRACTICE) return;
  await page.keyboard.press("Enter");
  await exam.isAt(page, at + 1);
  // The new question has the focus, so that it is read out and the keys work at once.
  await expect(exam.stem(page)).toBeFocused();
});

test("a choice made before the page is alive is kept", async ({ page, context }) => {
  await signIn(page, candidate(26));
  let let_go = () => {};
  const held = new Promise<void>((resolve) => (let_go = resolve));
  await context.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await exam.startPractice(page);
  const at = await exam.find(page, "single", PRACTICE);
  await exam.choice(page, 1).check();
  let_go();
  await awake(page);
  await expect(exam.choice(page, 1)).toBeChecked();
  await expect(exam.saved(page)).toHaveText(like("exam.saved"));
  await page.reload();
  await exam.isAt(page, at);
  await expect(exam.choice(page, 1)).toBeChecked();
});

test("the clock shows whole minutes, then seconds in the last five, and follows the server", async ({ page }) => {
  await sit(page, 27);
  const clock = page.locator(".exam-clock");
  await expect(clock).toHaveText(counted("exam.minutes_left", 20));
  await advance(16 * MINUTE);
  await exam.choice(page, 0).check();
  await expect(clock).toHaveText(like("exam.clock_left"));
  await expect(clock).toHaveText(/ 3:\d\d$/);
});

test("an answer after the time is up does not count, and the result opens by itself", async ({ page }) => {
  await sit(page, 28);
  await exam.answer(page);
  await expect(exam.saved(page)).toHaveText(like("exam.saved"));
  await advance(21 * MINUTE);
  await exam.answer(page, false);
  await expect(page).toHaveURL(/\/results\//);
  await expect(page.locator(".receipt")).toContainText(like("result.closed_by_time"));
  expect(await exam.score(page)).toEqual({ points: 1, max: PRACTICE });
});

test("when the sign-in has ended the answers wait here, and are sent after signing in again", async ({ page }) => {
  const { attempt, at } = await sit(page, 29);
  await page.context().clearCookies();
  await exam.choice(page, 0).check();
  const again = page.getByRole("link", { name: word("exam.signed_out_go") });
  await expect(again).toBeVisible();
  await again.click();
  await fillSignIn(page, candidate(29));
  // The same person and the same tab: it goes on without asking, where it was.
  await expect(page).toHaveURL(new RegExp(`${attempt}\\?q=${at}$`));
  await expect(exam.choice(page, 0)).toBeChecked();
  await expect(exam.saved(page)).toHaveText(like("exam.saved"));
});
