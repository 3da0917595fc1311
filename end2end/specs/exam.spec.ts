// The exam as everybody can sit it, with and without scripts.

import { expect, test } from "@playwright/test";
import { advance, DAY, HOUR, MINUTE } from "../support/clock";
import * as exam from "../support/exam";
import { FROM_HERE, another, candidate, fillSignIn, signIn } from "../support/people";
import { like, word } from "../support/words";

const PRACTICE = exam.PRACTICE_QUESTIONS;

test("the certification test says what to expect and starts only with consent", async ({ page }) => {
  await signIn(page, candidate(2));
  await exam.openTest(page);
  await expect(page.locator("dl.facts")).toContainText("45");
  await expect(page.locator("dl.facts")).toContainText(like("test.pass_value", { percent: 80, points: 32 }));
  await expect(page.getByRole("heading", { name: word("test.rules") }).locator("..").getByRole("listitem")).toHaveCount(8);
  await page.getByRole("button", { name: word("test.start"), exact: true }).click();
  await expect(page.getByRole("alert")).toContainText(word("problem.consent_needed"));
  await page.getByRole("checkbox", { name: word("test.consent") }).check();
  await page.getByRole("button", { name: word("test.start"), exact: true }).click();
  await exam.isAt(page, 1, exam.QUESTIONS);
  // Whoever comes back is led to the attempt that is open, not to another one.
  const attempt = new URL(page.url()).pathname;
  await page.goto("/learn");
  await page.getByRole("link", { name: word("learn.resume_go") }).click();
  await expect(page).toHaveURL(new RegExp(`${attempt}(\\?|$)`));
});

test("going on saves the answer, the palette shows it, and going back finds it", async ({ page }) => {
  await signIn(page, candidate(5));
  await exam.startPractice(page);
  await exam.isAt(page, 1, PRACTICE);
  await expect(exam.place(page, 1)).toHaveAccessibleName(like("exam.key_none"));
  await exam.answer(page);
  const stem = await exam.stem(page).innerText();
  await exam.next(page, 1);
  await expect(exam.stem(page)).not.toHaveText(stem);
  await expect(exam.place(page, 1)).toHaveAccessibleName(like("exam.key_done"));
  await expect(exam.place(page, 2)).toHaveAttribute("aria-current", "step");
  await exam.button(page, "exam.back").click();
  await exam.isAt(page, 1);
  await expect(exam.stem(page)).toHaveText(stem);
  await expect(exam.saved(page)).toHaveText(like("exam.saved"));
  if ((await exam.question(page)).kind !== "ordering") await expect(page.locator("label.option input:checked")).not.toHaveCount(0);
  await page.reload();
  await exam.isAt(page, 1);
  await expect(exam.place(page, 1)).toHaveAccessibleName(like("exam.key_done"));
});

test("a choice can be changed", async ({ page }) => {
  await signIn(page, candidate(6));
  const number = await exam.sitAt(page, "single");
  const other = number === 1 ? 2 : 1;
  await exam.choice(page, 0).check();
  await exam.goTo(page, other);
  await exam.goTo(page, number);
  await expect(exam.choice(page, 0)).toBeChecked();
  await exam.choice(page, 2).check();
  await exam.goTo(page, other);
  await exam.goTo(page, number);
  await expect(exam.choice(page, 0)).not.toBeChecked();
  await expect(exam.choice(page, 2)).toBeChecked();
});

test("several can be chosen where several are right, and all taken back", async ({ page }) => {
  await signIn(page, candidate(17));
  const number = await exam.sitAt(page, "multiple");
  const other = number === 1 ? 2 : 1;
  await exam.choice(page, 0).check();
  await exam.choice(page, 1).check();
  await exam.goTo(page, other);
  await exam.goTo(page, number);
  await expect(exam.choice(page, 0)).toBeChecked();
  await expect(exam.choice(page, 1)).toBeChecked();
  await expect(exam.place(page, number)).toHaveAccessibleName(like("exam.key_done"));
  await exam.choice(page, 0).uncheck();
  await exam.choice(page, 1).uncheck();
  await exam.goTo(page, other);
  await expect(exam.place(page, number)).toHaveAccessibleName(like("exam.key_none"));
});

test("a question can be marked to look at again, and unmarked", async ({ page }) => {
  await signIn(page, candidate(7));
  await exam.startPractice(page);
  await exam.button(page, "exam.mark").click();
  await expect(exam.button(page, "exam.unmark")).toHaveAttribute("aria-pressed", "true");
  await exam.goTo(page, 3);
  await expect(exam.place(page, 1)).toHaveAccessibleName(like("exam.key_marked"));
  await expect(exam.place(page, 3)).not.toHaveAccessibleName(like("exam.key_marked"));
  await exam.goTo(page, 1);
  await exam.button(page, "exam.unmark").click();
  await expect(exam.button(page, "exam.mark")).toHaveAttribute("aria-pressed", "false");
  await page.reload();
  await expect(exam.place(page, 1)).not.toHaveAccessibleName(like("exam.key_marked"));
});

test("an ordering is answered by places or by buttons, without dragging", async ({ page }) => {
  await signIn(page, candidate(8));
  const number = await exam.sitAt(page, "ordering");
  const other = number === 1 ? 2 : 1;
  const shown = (await exam.question(page)).options;
  await expect(exam.place(page, number)).toHaveAccessibleName(like("exam.key_none"));
  const wanted = [...shown].reverse();
  for (const [at, text] of wanted.entries()) await exam.placeOf(page, text).selectOption(String(at + 1));
  await exam.goTo(page, other);
  await expect(exam.place(page, number)).toHaveAccessibleName(like("exam.key_done"));
  await exam.goTo(page, number);
  expect((await exam.question(page)).options).toEqual(wanted);
  await page.getByRole("button", { name: `${word("exam.up")}: ${wanted[1]}`, exact: true }).click();
  const lifted = [wanted[1], wanted[0], ...wanted.slice(2)];
  await expect.poll(async () => (await exam.question(page)).options).toEqual(lifted);
  await page.getByRole("button", { name: `${word("exam.down")}: ${lifted[0]}`, exact: true }).click();
  await expect.poll(async () => (await exam.question(page)).options).toEqual(wanted);
  await exam.goTo(page, other);
  await exam.goTo(page, number);
  expect((await exam.question(page)).options).toEqual(wanted);
});

test("handing in first names the questions without an answer, and leads to the first of them", async ({ page }) => {
  await signIn(page, candidate(9));
  await exam.startPractice(page);
  await exam.answer(page);
  await exam.goTo(page, 3);
  await exam.answer(page);
  await exam.toFinish(page);
  await expect(page.getByText(exam.unanswered(PRACTICE - 2), { exact: true })).toBeVisible();
  const named = page.locator("ul.unanswered").first().getByRole("link");
  await expect(named).toHaveCount(PRACTICE - 2);
  await expect(named.first()).toHaveText("2");
  await page.getByRole("link", { name: word("exam.back_to", { number: 2 }) }).click();
  await exam.isAt(page, 2);
});

test("handing in twice is one result", async ({ page, context }) => {
  await signIn(page, candidate(10));
  const attempt = await exam.startPractice(page);
  await exam.answer(page);
  await exam.toFinish(page);
  const second = await context.newPage();
  await second.goto(`${attempt}/finish`);
  await exam.handIn(page);
  const first = await exam.score(page);
  await exam.handIn(second);
  expect(await exam.score(second)).toEqual(first);
  expect(new URL(second.url()).pathname).toBe(new URL(page.url()).pathname);
  // Nothing can be answered any more.
  await second.goto(`${attempt}?q=2`);
  await expect(second).toHaveURL(/\/results\//);
});

test("a practice test explains every answer, and can be repeated at once", async ({ page }) => {
  await signIn(page, candidate(11));
  await exam.startPractice(page);
  await exam.answer(page);
  await exam.toFinish(page);
  await exam.handIn(page);
  expect(await exam.score(page)).toEqual({ points: 1, max: PRACTICE });
  await expect(page.locator(".explanations > li")).toHaveCount(PRACTICE);
  await page.getByRole("link", { name: word("result.practice_again") }).click();
  await expect(page.getByRole("button", { name: word("test.start"), exact: true })).toBeVisible();
});

test("an attempt of somebody else is not found, nor is one that does not exist", async ({ page, browser }) => {
  await signIn(page, candidate(12));
  const attempt = await exam.startPractice(page);
  const stranger = await another(browser, candidate(13));
  const tampered = attempt.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  for (const address of [attempt, `${attempt}/finish`, attempt.replace("/exam/", "/results/"), tampered, "/exam/nonsense"]) {
    const answer = await stranger.goto(address);
    expect(answer?.status(), address).toBe(404);
    await expect(stranger.getByRole("heading", { level: 1 })).toHaveText(word("problem.not_found"));
  }
  for (const address of [attempt, `${attempt}/finish`, `${attempt}/take-over`]) {
    const answer = await stranger.request.post(address, { form: { q: "1", go: "2", confirm: "anyway" }, headers: FROM_HERE });
    expect(answer.status(), address).toBe(404);
  }
  expect((await page.goto(tampered))?.status()).toBe(404);
  await page.goto(attempt);
  await exam.isAt(page, 1, PRACTICE);
  await stranger.context().close();
});

test("another browser asks before it goes on, and then shows the answers given so far", async ({ page, browser }) => {
  await signIn(page, candidate(14));
  const attempt = await exam.startPractice(page);
  await exam.answer(page);
  await exam.next(page, 1);
  const other = await another(browser, candidate(14));
  await other.goto(`${attempt}?q=1`);
  await expect(other.getByText(word("exam.elsewhere"), { exact: true })).toBeVisible();
  await other.getByRole("button", { name: word("exam.continue_here") }).click();
  await exam.isAt(other, 1, PRACTICE);
  await expect(exam.place(other, 1)).toHaveAccessibleName(like("exam.key_done"));
  await exam.next(other, 1);
  await other.context().close();
});

test("a sign-in that ended in the middle costs nothing: the same question, the answers still there", async ({ page }) => {
  await signIn(page, candidate(15));
  const attempt = await exam.startPractice(page);
  await exam.answer(page);
  await exam.next(page, 1);
  await exam.answer(page);
  await exam.next(page, 2);
  await page.context().clearCookies();
  await page.reload();
  await expect(page).toHaveURL(/\/login\?next=/);
  await fillSignIn(page, candidate(15));
  // A page without scripts belongs to its sign-in: it may ask once.
  const asks = page.getByRole("button", { name: word("exam.continue_here") });
  if (test.info().project.name === "nojs" && (await asks.isVisible())) await asks.click();
  await expect(page).toHaveURL(new RegExp(`${attempt}\\?q=3$`));
  await exam.isAt(page, 3, PRACTICE);
  for (const number of [1, 2]) await expect(exam.place(page, number)).toHaveAccessibleName(like("exam.key_done"));
  await expect(exam.place(page, 3)).toHaveAccessibleName(like("exam.key_none"));
});

test("when the time runs out while one is away, the answers that were saved count", async ({ page }) => {
  await signIn(page, candidate(16));
  const attempt = await exam.startPractice(page);
  await exam.answer(page);
  await exam.next(page, 1);
  await exam.answer(page);
  await exam.next(page, 2);
  await page.goto("/learn");
  await advance(22 * MINUTE);
  await page.goto(attempt);
  await expect(page).toHaveURL(/\/results\//);
  expect(await exam.score(page)).toEqual({ points: 2, max: PRACTICE });
  await expect(page.locator(".receipt")).toContainText(like("result.closed_by_time"));
});

test("a handed-in test tells the result rule by rule, and the next attempt waits for the end of the pause", async ({ page }) => {
  await signIn(page, candidate(3));
  await exam.startTest(page);
  await exam.answer(page);
  await exam.next(page, 1);
  await exam.toFinish(page);
  await expect(page.getByText(exam.unanswered(exam.QUESTIONS - 1), { exact: true })).toBeVisible();
  await exam.handIn(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(word("result.failed"));
  expect(await exam.score(page)).toEqual({ points: 1, max: exam.QUESTIONS });
  await expect(page.locator("ul.rules > li")).toHaveCount(8);
  // Neither key nor text of an exam item is shown.
  await expect(page.locator(".explanations")).toHaveCount(0);
  await expect(page.locator(".receipt code")).toHaveText(/^([0-9a-f]{4} ){3}[0-9a-f]{4}$/);
  await exam.openTest(page);
  await expect(page.getByText(word("test.paused"), { exact: true })).toBeVisible();
  await expect(page.getByText(like("test.paused_what"))).toContainText(/\d{1,2}\s\S+\s\d{4}, \d{2}:\d{2}/);
  await expect(page.getByRole("button", { name: word("test.start") })).toHaveCount(0);
  // A start by force is refused as well.
  const address = new URL(page.url()).pathname;
  const forced = await page.request.post(address, {
    form: { consent: "yes" },
    headers: FROM_HERE,
    maxRedirects: 0,
  });
  expect(forced.status()).toBe(409);
  await advance(14 * DAY + HOUR);
  await signIn(page, candidate(3));
  await exam.openTest(page);
  await expect(page.getByRole("button", { name: word("test.start"), exact: true })).toBeVisible();
});
