// The network at its worst, while there is time: no answer is lost, none counts twice, and the page never says
// more than the server has said. What happens at the end of the time is in late.js.spec.

import { readFileSync } from "node:fs";
import { expect, test, type Page } from "@playwright/test";
import { advance, HOUR, MINUTE } from "../support/clock";
import * as exam from "../support/exam";
import * as net from "../support/network";
import { another, fillSignIn, signIn, signOut } from "../support/people";
import { counted, word } from "../support/words";

const chosen = (page: Page) => page.locator("label.option input:checked");

test("ten minutes without a link: what is answered meanwhile is kept, the page says so, and all of it counts", async ({ page, context }) => {
  const { attempt, at } = await net.sit(page, 18, 3);
  const notice = page.getByText(word("exam.offline_text"), { exact: true });
  await expect(notice).toBeHidden();
  await context.setOffline(true);
  await expect(exam.saved(page)).toHaveText(word("exam.offline_idle"));
  await expect(notice).toBeVisible();
  await net.answerEach(page, at);
  await net.isWaiting(page, 3);
  await advance(10 * MINUTE);
  for (const number of at) {
    await exam.goTo(page, number);
    await expect(chosen(page)).toHaveCount(1);
    await net.isWaiting(page, 3);
  }
  await context.setOffline(false);
  await net.areSaved(page, at);
  await expect(notice).toBeHidden();
  await net.showsServerTime(page, attempt);
  await net.comesTo(page, 3, 3);
});

test("a reply that is lost on its way costs nothing: the answer is sent again and counts once", async ({ page }) => {
  await net.sit(page, 19);
  const lost = await net.loseReplies(page);
  await exam.answer(page);
  await net.isWaiting(page, 1);
  // Whatever the server may have got, it has not said so: the page does not say that it is saved.
  await net.nudgeUntil(page, lost, 3);
  await net.isWaiting(page, 1);
  await net.mend(page);
  await net.nudge(page);
  await net.isSaved(page);
  await net.comesTo(page, 1, 1);
});

test("requests that come twice, or after later ones, are one answer, and the last one counts", async ({ page }) => {
  await net.sit(page, 20);
  let delayed: string | undefined;
  await page.route(net.ANSWER, async (route) => {
    if (delayed === undefined) {
      delayed = route.request().postData() ?? "";
      await route.abort();
      return;
    }
    await net.deliver(route);
    await route.fulfill({ response: await net.deliver(route) });
  });
  await exam.answer(page, false);
  await expect.poll(() => delayed).toBeTruthy();
  await exam.answer(page, true);
  await net.isSaved(page);
  const right = await chosen(page).getAttribute("value");
  // The first request was only slow: now it is there as well, after the one that changed the answer.
  const late = await net.post(page, "answer", delayed);
  expect(late.status()).toBe(200);
  expect((await late.json()).acked_seq, "what had been received stays received").toBe(2);
  await page.reload();
  await expect(chosen(page)).toHaveCount(1);
  await expect(chosen(page)).toHaveAttribute("value", right ?? "");
  await net.isSaved(page);
  await net.comesTo(page, 1, 2);
});

test("slow replies hold nobody up, and every question says for itself whether it is saved", async ({ page }) => {
  const { at } = await net.sit(page, 21, 3);
  const [first, second, third] = at;
  const says = async (number: number, text: string | RegExp) => {
    await exam.goTo(page, number);
    await expect(exam.saved(page)).toHaveText(text);
  };
  const gate = await net.hold(page);
  await net.answerEach(page, [first, second]);
  await says(first, word("exam.waiting"));
  await says(second, word("exam.waiting"));
  await says(third, word("exam.not_answered"));
  await expect.poll(gate.held).toBe(1);
  gate.pass();
  await net.areSaved(page, [first]);
  await says(second, word("exam.waiting"));
  await says(third, word("exam.not_answered"));
  // An answer that is changed while its question was saved waits again.
  await exam.goTo(page, first);
  await exam.answer(page, false);
  await says(first, word("exam.waiting"));
  gate.open();
  await net.areSaved(page, [first, second]);
  await says(third, word("exam.not_answered"));
  await net.comesTo(page, 1, 3);
});

test("while a proxy or a foreign network answers in the server's place, the answer waits, and then it is saved", async ({ page }) => {
  await net.sit(page, 22);
  const html = (status: number, body: string) => ({ status, contentType: "text/html", body });
  const replies = [
    html(502, "<h1>502 Bad Gateway</h1>"),
    html(503, "<h1>Service Unavailable</h1>"),
    html(504, "<h1>Gateway Time-out</h1>"),
    // A hotel's network says that all is well.
    html(200, "<h1>Welcome! Please accept our terms</h1>"),
    { status: 200, contentType: "application/json", body: "{}" },
  ];
  const served = await net.answerInstead(page, replies);
  await exam.answer(page);
  await net.isWaiting(page, 1);
  await net.nudgeUntil(page, served, replies.length + 1);
  await net.isWaiting(page, 1);
  await net.mend(page);
  await net.nudge(page);
  await net.isSaved(page);
  await expect(page.getByText(word("exam.offline_text"), { exact: true })).toBeHidden();
  await net.comesTo(page, 1, 1);
});

test("told by a full server to come again, the page waits as long as told, keeps the answer, and shows no error", async ({ page }) => {
  await page.clock.install();
  await net.sit(page, 23);
  const served = await net.answerInstead(page, [net.comeAgain(10 * MINUTE)]);
  await exam.answer(page);
  await expect.poll(() => served.count).toBe(1);
  await net.isStored(page, 1);
  const asked = page.waitForResponse("**/api/exam/state");
  await page.clock.fastForward(MINUTE);
  await asked;
  expect(served.count, "it does not come before its time").toBe(1);
  await expect(exam.saved(page)).toHaveText(word("exam.waiting"));
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.getByText(word("exam.offline_text"), { exact: true })).toBeHidden();
  await net.mend(page);
  await page.clock.fastForward(10 * MINUTE);
  await net.isSaved(page);
  await net.comesTo(page, 1, 1);
});

test("what was unsent at a reload is shown, and sent", async ({ page }) => {
  const { at } = await net.sit(page, 24, 2);
  await net.cut(page);
  await net.answerEach(page, at);
  await net.isStored(page, 2);
  await page.reload();
  await net.isWaiting(page, 2);
  await expect(chosen(page)).toHaveCount(1);
  await net.mend(page);
  await net.nudge(page);
  await net.areSaved(page, at);
  await net.comesTo(page, 2);
});

for (const [how, leave] of [
  ["was closed", (page: Page) => page.close()],
  ["crashed", net.crash],
] as const) {
  test(`what was unsent when the tab ${how} is sent when the test is opened again`, async ({ page, context }) => {
    const { attempt, at } = await net.sit(page, 25, 2);
    await net.cut(context);
    await net.answerEach(page, at);
    await net.isStored(page, 2);
    await leave(page);
    const again = await context.newPage();
    await again.goto(`${attempt}?q=${at[1]}`);
    await expect(chosen(again)).toHaveCount(1);
    await net.mend(context);
    await net.goOnHere(again);
    await net.isSaved(again);
    await net.areSaved(again, at);
    await net.comesTo(again, 2);
  });
}

test("a page that opens while the server cannot be reached goes on by itself when it can, without asking", async ({ page }) => {
  await page.clock.install();
  await net.sit(page, 26);
  await net.cut(page, net.ANY_CALL);
  await page.reload();
  await expect(exam.saved(page)).toHaveText(word("exam.offline_idle"));
  await exam.answer(page);
  await net.isWaiting(page, 1);
  await net.mend(page);
  await page.clock.fastForward(10_000);
  await net.isSaved(page);
  await expect(net.elsewhere(page)).toBeHidden();
  await net.comesTo(page, 1);
});

test("what is answered before the page has reached the server survives the tab as well", async ({ page, context }) => {
  const { attempt, at } = await net.sit(page, 26);
  await net.cut(context, net.ANY_CALL);
  await page.reload();
  await expect(exam.saved(page)).toHaveText(word("exam.offline_idle"));
  await exam.answer(page);
  await net.isWaiting(page, 1);
  await expect(page.getByRole("link", { name: word("exam.keep_copy") })).toBeVisible();
  await net.isStored(page, 1);
  await page.close();
  await net.mend(context);
  const again = await context.newPage();
  await again.goto(`${attempt}?q=${at[0]}`);
  await net.goOnHere(again);
  await net.isSaved(again);
  await expect(chosen(again)).toHaveCount(1);
  await net.comesTo(again, 1);
});

/** An answer is unsent when somebody signs out in another tab; the other tab. */
async function signedOutElsewhere(page: Page): Promise<Page> {
  await net.cut(page);
  await exam.answer(page);
  await net.isWaiting(page, 1);
  const other = await page.context().newPage();
  await other.goto("/account");
  await signOut(other);
  await net.mend(page);
  await net.nudge(page);
  await expect(page.getByText(word("exam.signed_out"), { exact: true })).toBeVisible();
  await expect(chosen(page)).toHaveCount(1);
  return other;
}

test("whoever signs out in another tab is told here that answers wait, and they are sent after signing in again", async ({ page }) => {
  const { attempt, at } = await net.sit(page, 27);
  await signedOutElsewhere(page);
  await page.getByRole("link", { name: word("exam.signed_out_go") }).click();
  await fillSignIn(page, net.person(27));
  await expect(page).toHaveURL(new RegExp(`${attempt}\\?q=${at[0]}$`));
  await net.isSaved(page);
  await net.comesTo(page, 1);
});

test("after signing in again in the other tab this one goes on where it was, and says nothing any more", async ({ page }) => {
  await net.sit(page, 27);
  const other = await signedOutElsewhere(page);
  await signIn(other, net.person(27));
  await net.nudge(page);
  await net.isSaved(page);
  await expect(page.getByText(word("exam.signed_out"), { exact: true })).toBeHidden();
});

test("a second tab only reads and says so; taken over there, nothing is lost that the first had not sent", async ({ page, context }) => {
  const { attempt, at } = await net.sit(page, 29, 2);
  const [first, second] = at;
  await net.cut(page);
  await exam.answer(page);
  await net.isStored(page, 1);
  const other = await context.newPage();
  await other.goto(`${attempt}?q=${first}`);
  await expect(net.elsewhere(other)).toBeVisible();
  await expect(exam.choice(other, 0)).toBeDisabled();
  await net.goOnHere(other);
  // Sent from here under the first tab's name.
  await net.isSaved(other);
  await expect(chosen(other)).toHaveCount(1);
  await net.answerEach(other, [second]);
  await net.isSaved(other);
  await net.mend(page);
  await net.nudge(page);
  await expect(net.elsewhere(page)).toBeVisible();
  await expect(exam.choice(page, 0)).toBeDisabled();
  await net.comesTo(other, 2);
});

test("what two tabs had not sent when both were gone is sent from the result after the time, which says so", async ({ page, context }) => {
  const { attempt, at } = await net.sit(page, 18, 3);
  await net.cut(context);
  await exam.answer(page);
  const other = await context.newPage();
  await other.goto(`${attempt}?q=${at[1]}`);
  await net.goOnHere(other);
  await exam.answer(other);
  await net.isWaiting(other, 2);
  await net.answerEach(page, [at[2]]);
  await net.isStored(page, 4); // Each tab has one that the other has not, and both have the first.
  await Promise.all([page.close(), other.close()]);
  await advance(net.WHOLE_TIME);
  await net.mend(context);
  const again = await context.newPage();
  await again.goto(attempt);
  await expect(again.getByText(word("exam.left_sent"), { exact: true })).toBeVisible();
  await expect(again.getByRole("link", { name: word("exam.left_copy") })).toBeVisible();
  await expect.poll(async () => (await context.cookies()).map(({ name }) => name)).not.toContain("unsent");
  await again.reload();
  await expect(again.getByText(counted("result.late", 3), { exact: true })).toBeVisible();
  await expect(again.locator("script")).toHaveCount(0);
});

test("what the server turns away stays here and is named, holds up no other writer, and is sent once it is taken", async ({ page, context }) => {
  const { attempt, at } = await net.sit(page, 19, 2);
  await net.cut(page);
  await exam.answer(page);
  await net.isStored(page, 1);
  const writer = await page.evaluate(() => Object.entries(sessionStorage).find(([key]) => key.startsWith("writer "))?.[1] ?? "");
  const refused = { count: 0 };
  await context.route(net.ANSWER, (route) => {
    const isTheirs = route.request().postData()?.includes(writer);
    return isTheirs ? route.fulfill({ status: [403, 404, 409, 413][refused.count++ % 4] }) : route.continue();
  });
  const again = await context.newPage();
  await again.goto(`${attempt}?q=${at[1]}`);
  await net.goOnHere(again);
  await page.close();
  await net.nudgeUntil(again, refused, 6);
  await exam.answer(again);
  await net.isSaved(again);
  const tried = refused.count;
  await exam.goTo(again, at[0]);
  await expect(exam.saved(again)).toHaveText(word("exam.not_taken"));
  await expect(again.getByText(word("exam.refused"), { exact: true })).toBeVisible();
  expect(refused.count, "it is not tried for ever").toBe(tried);
  await net.mend(context);
  await net.nudge(again);
  await net.isSaved(again);
  await net.comesTo(again, 2);
});

test("what an earlier device sends late counts where the newer one has not answered, and it is told", async ({ page, browser }) => {
  const { attempt, at } = await net.sit(page, 29, 2);
  await net.cut(page);
  await exam.answer(page);
  await exam.goTo(page, at[1]);
  await exam.answer(page, false);
  await net.isWaiting(page, 2);
  const other = await another(browser, net.person(29));
  await other.goto(`${attempt}?q=${at[1]}`);
  await net.goOnHere(other);
  await exam.answer(other);
  await net.isSaved(other);
  await net.mend(page);
  await net.nudge(page);
  await expect(net.elsewhere(page)).toBeVisible();
  await net.comesTo(other, 2, 3);
  await other.context().close();
});

test("a browser whose clock is wrong by hours, and is set meanwhile, shows the server's time left", async ({ page }) => {
  await page.clock.install({ time: Date.now() + 5 * HOUR });
  const { attempt, at } = await net.sit(page, 30, 2);
  await net.showsServerTime(page, attempt);
  await advance(7 * MINUTE);
  await net.answerEach(page, [at[0]]);
  await net.isSaved(page);
  await net.showsServerTime(page, attempt);
  await page.clock.setSystemTime(Date.now() - 9 * HOUR);
  await advance(5 * MINUTE);
  await net.answerEach(page, [at[1]]);
  await net.isSaved(page);
  await net.showsServerTime(page, attempt);
  await net.comesTo(page, 2, 2);
});

test("a tab that the browser put to sleep shows the server's time left after one reply", async ({ page }) => {
  await page.clock.install();
  const { attempt } = await net.sit(page, 30);
  const asked = page.waitForResponse("**/api/exam/state");
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 30_000));
  await asked;
  const asleep = await net.minutesShown(page);
  await advance(7 * MINUTE);
  expect(await net.minutesShown(page)).toBe(asleep);
  await page.clock.resume();
  await exam.answer(page);
  await net.isSaved(page);
  await net.showsServerTime(page, attempt);
});

test("without a link a copy of the unsent answers can be saved, and holds them", async ({ page, context }) => {
  const { attempt, at } = await net.sit(page, 18, 2);
  const link = page.getByRole("link", { name: word("exam.keep_copy") });
  await context.setOffline(true);
  await expect(exam.saved(page)).toHaveText(word("exam.offline_idle"));
  await expect(link).toBeHidden();
  const given: Record<number, string[]> = {};
  for (const number of at) {
    await net.answerEach(page, [number]);
    given[number] = [(await chosen(page).getAttribute("value")) ?? ""];
  }
  await net.isWaiting(page, 2);
  const saving = page.waitForEvent("download");
  await link.click();
  const copy = await saving;
  expect(copy.suggestedFilename()).toBe(`answers-${attempt.split("/").pop()}.json`);
  const writers: { events: { position: number; value: string[] }[] }[] = JSON.parse(readFileSync(await copy.path(), "utf8"));
  const events = writers.flatMap((writer) => writer.events);
  expect(Object.fromEntries(events.map((event) => [event.position, event.value]))).toEqual(given);
  await expect(page).toHaveURL(new RegExp(`${attempt}\\?q=${at[1]}$`));
  await context.setOffline(false);
  await net.areSaved(page, at);
  await expect(link).toBeHidden();
});
