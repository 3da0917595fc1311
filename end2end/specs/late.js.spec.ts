// The end of the time, and the end of the test, on a bad network: what came in time counts to the last second,
// what came too late is on record, and nobody has to wonder whether the test was handed in.

import { expect, test, type Page } from "@playwright/test";
import { advance, MINUTE } from "../support/clock";
import * as exam from "../support/exam";
import * as net from "../support/network";
import { counted, like, word } from "../support/words";

const FINISH = "**/exam/*/finish";

/** The result opens by itself, closed by the time, with so many points and so many answers that came too late. */
async function endsByTime(page: Page, points: number, late: number): Promise<void> {
  await expect(page).toHaveURL(/\/results\//);
  await expect(page.locator(".receipt")).toContainText(like("result.closed_by_time"));
  expect(await exam.score(page)).toEqual({ points, max: exam.PRACTICE_QUESTIONS });
  await expect(page.getByText(word("result.late_what"))).toHaveCount(late > 0 ? 1 : 0);
  if (late > 0) await expect(page.getByText(counted("result.late", late), { exact: true })).toBeVisible();
}

test("what was kept until after the time and the grace is sent as late, and the result says how much", async ({ page, context }) => {
  const { at } = await net.sit(page, 19, 3);
  await exam.answer(page);
  await net.isSaved(page);
  await context.setOffline(true);
  await net.answerEach(page, at.slice(1));
  await net.isWaiting(page, 2);
  await advance(net.WHOLE_TIME);
  await context.setOffline(false);
  await endsByTime(page, 1, 2);
});

test("what was sent in time and arrives again too late is not late", async ({ page }) => {
  await net.sit(page, 20);
  const lost = await net.loseReplies(page);
  await exam.answer(page);
  await net.isWaiting(page, 1);
  expect(lost.count).toBeGreaterThanOrEqual(1);
  await advance(net.WHOLE_TIME);
  await net.mend(page);
  await net.nudge(page);
  await endsByTime(page, 1, 0);
});

test("where the server is full at the very end, what waits is sent all the same before the result opens", async ({ page }) => {
  await page.clock.install();
  const { at } = await net.sit(page, 21, 2);
  await exam.answer(page);
  await net.isSaved(page);
  const served = await net.answerInstead(page, [net.comeAgain(10 * MINUTE)]);
  await net.answerEach(page, at.slice(1));
  await expect.poll(() => served.count).toBe(1);
  await advance(net.WHOLE_TIME);
  // The page asks how things stand, and learns that the time is up, before it may come again.
  const asked = page.waitForResponse("**/api/exam/state");
  await page.clock.fastForward(MINUTE);
  await asked;
  await net.mend(page);
  await page.clock.fastForward(10 * MINUTE);
  await endsByTime(page, 1, 1);
});

test("an answer in the last second before the deadline is saved, and counts", async ({ page }) => {
  const { attempt } = await net.sit(page, 22);
  await advance((await net.timeLeft(page, attempt)) - 1_000);
  await exam.answer(page);
  await net.isSaved(page);
  await advance(MINUTE);
  await endsByTime(page, 1, 0);
});

test("an answer within the grace after the deadline is saved, and counts", async ({ page }) => {
  const { attempt } = await net.sit(page, 23);
  await advance((await net.timeLeft(page, attempt)) + 1_000);
  await exam.answer(page);
  await net.isSaved(page);
  await expect(page.locator(".exam-clock")).toHaveText(word("exam.time_up"));
  await advance(MINUTE);
  await endsByTime(page, 1, 0);
});

/** Everything is answered and saved, and the page that asks before handing in is open; its button. */
async function readyToHandIn(page: Page, number: number) {
  const { attempt } = await net.sit(page, number);
  await exam.answer(page);
  await net.isSaved(page);
  await exam.toFinish(page);
  const button = page.getByRole("button", { name: word("exam.hand_in_without"), exact: true });
  return { attempt, button };
}

async function isHandedIn(page: Page): Promise<void> {
  await expect(page).toHaveURL(/\/results\//);
  await expect(page.locator(".receipt")).toContainText(like("result.handed_in"));
  await expect(page.locator(".receipt")).toContainText(counted("result.events", 1));
  expect(await exam.score(page)).toEqual({ points: 1, max: exam.PRACTICE_QUESTIONS });
}

test("when the reply to handing in is lost, a reload leads to the result", async ({ page }) => {
  const { attempt, button } = await readyToHandIn(page, 24);
  await net.postUnheard(page, button);
  await page.reload();
  await isHandedIn(page);
  // So does the test itself: nothing can be answered any more.
  await page.goto(attempt);
  await isHandedIn(page);
});

test("when the reply to handing in is lost, pressing again leads to the same result", async ({ page }) => {
  const { button } = await readyToHandIn(page, 24);
  await net.postUnheard(page, button);
  await button.click();
  await isHandedIn(page);
});

test("when handing in never reached the server, the test is still open, and is handed in afterwards", async ({ page }) => {
  const { attempt, button } = await readyToHandIn(page, 25);
  const broken = { status: 502, contentType: "text/html", body: "<h1>502 Bad Gateway</h1>" };
  await page.route(FINISH, (route) => route.fulfill(broken));
  await button.click();
  await expect(page.getByRole("heading", { name: "502 Bad Gateway" })).toBeVisible();
  await net.mend(page);
  await page.goto(attempt);
  await exam.isAt(page, 1, exam.PRACTICE_QUESTIONS);
  await page.goto(`${attempt}/finish`);
  await button.click();
  await isHandedIn(page);
});
test("a reply that was long on its way never makes the clock show more than is left", async ({ page }) => {
  await page.clock.install();
  const { attempt } = await net.sit(page, 26);
  let count = 0;
  let letGo = () => {};
  const free = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(net.ANSWER, async (route) => {
    const response = await net.deliver(route);
    count += 1;
    await free;
    await route.fulfill({ response });
  });
  await exam.answer(page);
  await expect.poll(() => count).toBe(1);
  await advance(7 * MINUTE);
  await page.clock.fastForward(7 * MINUTE);
  letGo();
  await net.isSaved(page);
  const left = await net.timeLeft(page, attempt);
  expect(await net.minutesShown(page)).toBeLessThanOrEqual(Math.ceil(left / MINUTE));
});

test("what an older page kept under the attempt alone is sent as well", async ({ page, context }) => {
  const { attempt, at } = await net.sit(page, 27);
  await net.cut(page);
  await exam.answer(page);
  await net.isStored(page, 1);
  await page.evaluate(async (attempt) => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const store = (await done(indexedDB.open("exam"))).transaction("queue", "readwrite").objectStore("queue");
    const [key] = await done(store.getAllKeys());
    await done(store.put(await done(store.get(key)), attempt));
    await done(store.delete(key));
  }, attempt.split("/").pop() ?? "");
  await page.close();
  const again = await context.newPage();
  await again.goto(`${attempt}?q=${at[0]}`);
  await net.goOnHere(again);
  await net.isSaved(again);
  await net.comesTo(again, 1);
});
