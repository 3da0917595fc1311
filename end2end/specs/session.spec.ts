// An exam session: the proctor lets a candidate in, gives more time, and takes a protocol away.

import { expect, test, type Page } from "@playwright/test";
import { isAccessible } from "../support/axe";
import { HOUR, serverNow } from "../support/clock";
import * as exam from "../support/exam";
import { rowOf, search } from "../support/hr";
import { another, candidate, signIn } from "../support/people";
import { counted, word } from "../support/words";

const TITLE = "Допуск в учебном классе";

test.slow();
test("a proctor lets a candidate in, gives five minutes more, and prints the protocol", async ({ page, browser }) => {
  const login = candidate(28);
  const hasScripts = test.info().project.name === "js";
  const looks = hasScripts ? isAccessible : async () => {};
  const proctor = await another(browser, "proctor");
  await plan(proctor, login);
  await looks(proctor);
  const board = new URL(proctor.url()).pathname;

  await proctor.getByRole("link", { name: word("proctor.codes") }).click();
  const former = await proctor.locator(".slip code").innerText();
  await looks(proctor);

  // Another time makes other codes: the page says so before, and shows the new ones after.
  await proctor.goto(board);
  await proctor.getByRole("link", { name: word("proctor.window_change"), exact: true }).click();
  await expect(proctor.getByText(word("proctor.window_codes"), { exact: true })).toBeVisible();
  await looks(proctor);
  const later = inMoscow(new Date((await serverNow()).getTime() + 5 * HOUR));
  await proctor.getByLabel(word("proctor.until"), { exact: true }).fill(later.slice(11, 16));
  await proctor.getByLabel(word("proctor.reason"), { exact: true }).fill("Кандидаты задержались в пути");
  await proctor.getByRole("button", { name: word("proctor.window_do"), exact: true }).click();
  await expect(proctor.getByText(word("proctor.window_done"), { exact: true })).toBeVisible();
  const code = await proctor.locator(".slip code").innerText();
  expect(code).not.toBe(former);
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
  await looks(proctor);

  await proctor.goto(board);
  await proctor.getByRole("button", { name: word("proctor.open"), exact: true }).click();
  await expect(proctor.getByText(word("proctor.done_opened"), { exact: true })).toBeVisible();

  // Before the proctor knows them, nobody begins.
  await signIn(page, login);
  await exam.openTest(page);
  await expect(page.getByText(word("proctor.invited"), { exact: true })).toBeVisible();
  await begin(page, code);
  await expect(page.getByText(word("proctor.wrong_unidentified")).first()).toBeVisible();
  await looks(page);

  await proctor.getByRole("button", { name: word("proctor.identify") }).click();
  await expect(proctor.getByText(word("proctor.at_checked"), { exact: true }).last()).toBeVisible();
  await begin(page, "0000-0000");
  await expect(page.getByText(word("proctor.wrong_code")).first()).toBeVisible();
  await begin(page, code);
  await expect(page).toHaveURL(/\/exam\//);
  await exam.isAt(page, 1);

  // With scripts the board follows by itself.
  if (!hasScripts) await proctor.goto(board);
  const row = proctor.locator("table.live tbody tr");
  await expect(row).toContainText(word("proctor.at_in"));
  await expect(row).toContainText(word("proctor.progress_value", { done: 0, all: exam.QUESTIONS }));
  await looks(proctor);

  const before = await minutesLeft(page);
  await row.getByRole("link").click();
  await proctor.getByLabel(word("proctor.minutes"), { exact: true }).fill("5");
  await proctor.getByLabel(word("proctor.reason"), { exact: true }).fill("Не было света");
  await proctor.getByRole("button", { name: word("proctor.extend"), exact: true }).click();
  await expect(proctor.getByText(counted("proctor.done_extension", 1), { exact: true })).toBeVisible();
  await looks(proctor);
  // The next answer brings the new time; a page without scripts comes with it.
  await exam.answer(page);
  await exam.next(page, 1);
  await expect.poll(() => minutesLeft(page)).toBeGreaterThanOrEqual(before + 4);

  await exam.toFinish(page);
  await exam.handIn(page);
  await proctor.goto(board);
  await proctor.getByRole("button", { name: word("proctor.close"), exact: true }).click();
  await expect(proctor.getByText(word("proctor.done_closed"), { exact: true })).toBeVisible();
  await proctor.getByRole("link", { name: word("proctor.protocol"), exact: true }).click();
  await expect(proctor.getByRole("heading", { level: 1 })).toHaveText(word("proctor.protocol_title"));
  await expect(proctor.locator("main")).toContainText("Не было света");
  await expect(proctor.locator("main")).toContainText(word("proctor.cause_person"));
  await looks(proctor);
  if (hasScripts) {
    await proctor.emulateMedia({ media: "print" });
    await expect(proctor.locator(".signatures")).toBeVisible();
    await expect(proctor.locator(".site-header")).toBeHidden();
  }
});

test("a proctor picks a candidate from those who are admitted", async ({ page }) => {
  const login = candidate(30);
  await signIn(page, "proctor");
  await plan(page, "");
  const board = new URL(page.url()).pathname;
  await page.getByRole("link", { name: word("proctor.pick_title"), exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(word("proctor.pick_title"));
  await isAccessible(page, "candidates to pick");

  await search(page, login);
  await expect(rowOf(page, login)).toHaveCount(1);
  const add = page.getByRole("button", { name: word("proctor.pick_chosen"), exact: true });
  await add.click();
  await expect(page.getByText(word("problem.choose_some")).first()).toBeVisible();
  await isAccessible(page, "candidates to pick, none ticked");
  await rowOf(page, login).getByRole("checkbox").check();
  await add.click();
  await expect(page.getByText(counted("proctor.picked", 1), { exact: true })).toBeVisible();
  await expect(rowOf(page, login)).toHaveCount(0);
  await isAccessible(page, "candidates to pick, one added");
  await page.goto(board);
  await expect(page.locator("table.live tbody tr")).toHaveCount(1);
});

/** Plans a session that is held now. */
async function plan(page: Page, login: string): Promise<void> {
  const now = await serverNow();
  const at = (moment: Date) => inMoscow(moment).slice(11, 16);
  await page.goto("/proctor/new");
  await page.getByLabel(word("proctor.field_title"), { exact: true }).fill(TITLE);
  await page.getByLabel(word("proctor.test"), { exact: true }).selectOption({ index: 1 });
  await page.getByLabel(word("proctor.centre"), { exact: true }).selectOption({ index: 1 });
  await page.getByLabel(word("proctor.place"), { exact: true }).fill("Второй этаж");
  const opens = new Date(now.getTime() - HOUR);
  await page.getByLabel(word("proctor.day"), { exact: true }).fill(inMoscow(opens).slice(0, 10));
  await page.getByLabel(word("proctor.from"), { exact: true }).fill(at(opens));
  await page.getByLabel(word("proctor.until"), { exact: true }).fill(at(new Date(now.getTime() + 4 * HOUR)));
  await page.getByLabel(word("proctor.numbers"), { exact: true }).fill(login.toUpperCase());
  await page.getByRole("button", { name: word("proctor.plan"), exact: true }).click();
  await expect(page.getByText(word("proctor.planned_done"), { exact: true })).toBeVisible();
}

/** A moment as people in Moscow write it: 2026-11-22T10:00. */
function inMoscow(moment: Date): string {
  return new Date(moment.getTime() + 3 * HOUR).toISOString().slice(0, 16);
}

async function begin(page: Page, code: string): Promise<void> {
  await page.getByLabel(word("proctor.start_code"), { exact: true }).fill(code);
  await page.getByRole("checkbox", { name: word("test.consent") }).check();
  await page.getByRole("button", { name: word("test.start"), exact: true }).click();
}

/** Whole minutes on the candidate's clock. */
async function minutesLeft(page: Page): Promise<number> {
  return Number((await page.locator(".exam-clock").innerText()).match(/\d+/)?.[0]);
}
