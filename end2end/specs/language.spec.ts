import { expect, test, type Page } from "@playwright/test";
import { candidate, fillSignIn } from "../support/people";
import { word } from "../support/words";

const speak = async (page: Page, name: string) =>
  page.getByRole("contentinfo").getByRole("button", { name, exact: true }).click();

test("whoever chooses English stays on the page and reads English from then on", async ({ page }) => {
  await page.goto("/login?next=%2Fresults");
  await speak(page, "English");
  await expect(page).toHaveURL("/login?next=%2Fresults");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.getByRole("button", { name: word("sign_in.enter", {}, "en"), exact: true })).toBeVisible();
  await page.getByLabel(word("sign_in.login", {}, "en")).fill(candidate(1));
  await page.getByLabel(word("sign_in.password", {}, "en"), { exact: true }).fill("not-the-password");
  await page.getByRole("button", { name: word("sign_in.enter", {}, "en"), exact: true }).click();
  await expect(page.getByRole("alert")).toContainText(word("problem.wrong_sign_in", {}, "en"));
  await speak(page, "Русский");
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
  await fillSignIn(page, candidate(1));
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
});

test("a browser that asks for English and not for Russian is answered in English", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, locale: "en-GB" });
  const page = await context.newPage();
  await page.goto("/login");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await context.close();
});
