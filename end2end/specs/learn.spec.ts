import { expect, test, type Page } from "@playwright/test";
import { signIn } from "../support/people";
import { counted, like, word } from "../support/words";

// One learner for all: each test does the lesson that is next.
test.beforeEach(async ({ page }) => {
  await signIn(page, "employee");
  await page.goto("/learn");
});

const step = (page: Page) => page.locator(".next-step");
const checks = (page: Page) => page.locator("#check fieldset");

async function openNext(page: Page): Promise<string> {
  const title = await step(page).getByRole("heading").innerText();
  await step(page).getByRole("link").click();
  await expect(page).toHaveURL(/\/learn\/[0-9a-f-]+/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  return title;
}

async function answerCheck(page: Page): Promise<number> {
  const count = await checks(page).count();
  for (let at = 0; at < count; at += 1) await checks(page).nth(at).getByRole("radio").first().check();
  await page.getByRole("button", { name: word("learn.answer"), exact: true }).click();
  return count;
}

test("the path has one obvious next step", async ({ page }) => {
  await expect(step(page)).toHaveCount(1);
  await expect(step(page)).toContainText(word("learn.next"));
  await expect(step(page).getByRole("link")).toHaveCount(1);
  await expect(step(page).getByRole("link")).toHaveText(word("learn.go_on"));
  await expect(page.locator("main .btn-primary")).toHaveCount(1);
});

test("a self-check answers each question with its reason and finishes the lesson", async ({ page }) => {
  const title = await openNext(page);
  const count = await answerCheck(page);
  const replies = page.locator("#check .reply");
  await expect(replies).toHaveCount(count);
  for (const reply of await replies.all()) {
    await expect(reply.locator("b")).toHaveText(
      new RegExp(`^(${word("learn.right")}|${word("learn.not_yet")})$`),
    );
    expect((await reply.locator("p").innerText()).length).toBeGreaterThan(20);
  }
  await expect(checks(page).first().getByRole("radio").first()).toBeChecked();
  await page.goto("/learn");
  await expect(step(page).getByRole("heading")).not.toHaveText(title);
  // The done lesson says so; its module may be folded.
  const done = page.locator("ul.lessons li.is-done").filter({ hasText: title });
  await expect(done).toHaveCount(1);
});

test("a question left out is named, and the choice made stays", async ({ page }) => {
  await openNext(page);
  const last = (await checks(page).count()) - 1;
  expect(last, "every lesson asks at least two questions").toBeGreaterThan(0);
  const chosen = checks(page).nth(last).getByRole("radio").nth(1);
  await chosen.check();
  await page.getByRole("button", { name: word("learn.answer"), exact: true }).click();
  await expect(page.getByRole("alert")).toContainText(word("problem.choose_one"));
  await expect(checks(page).first()).toContainText(word("problem.choose_one"));
  await expect(checks(page).nth(last).getByRole("radio").nth(1)).toBeChecked();
  await expect(page.locator("#check .reply")).toHaveCount(0);
});

test("the next lesson follows from the one that is done, and the path resumes where one left", async ({ page }) => {
  await openNext(page);
  await answerCheck(page);
  await page.locator(".lesson-next .btn-primary").click();
  const onward = new URL(page.url()).pathname;
  if (onward === "/learn") return; // The last lesson leads to the path itself.
  await page.context().clearCookies();
  await signIn(page, "employee");
  await page.goto("/learn");
  await step(page).getByRole("link").click();
  await expect(page).toHaveURL(onward);
});

test("the test is announced but closed until all lessons are done", async ({ page }) => {
  await page.locator('main .path a[href^="/tests/"]').click();
  await expect(page.getByText(word("test.not_admitted"), { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: word("test.start") })).toHaveCount(0);
  await expect(page.getByText(counted("common.questions", 40), { exact: true })).toBeVisible();
  await expect(page.getByText(like("test.pass_value", { percent: 80 }))).toBeVisible();
});
