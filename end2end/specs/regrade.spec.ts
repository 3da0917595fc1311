import { expect, test, type Page } from "@playwright/test";
import { isAccessible } from "../support/axe";
import { signIn } from "../support/people";
import { word } from "../support/words";

/** An exam item that the other project leaves alone. */
async function item(page: Page): Promise<string> {
  const list = await (await page.request.get("/trainer/items?pool=exam&kind=single")).text();
  const found = [...list.matchAll(/href="(\/trainer\/items\/[0-9a-f-]{36})"/g)].map((link) => link[1]);
  return found[test.info().project.name === "nojs" ? 1 : 0];
}

test("a mended item is looked at by a second person before anything changes", async ({ page }) => {
  const button = (key: string) => page.getByRole("button", { name: word(key), exact: true });
  await signIn(page, "methodologist");
  await page.goto(`${await item(page)}/regrade`);
  await button("regrade.prepare").click();
  await expect(page.getByRole("alert")).toContainText(word("problem.choose_one"));
  await page.getByLabel(word("regrade.to_void"), { exact: true }).check();
  await page.getByLabel(word("regrade.reason"), { exact: true }).fill("Верных ответов оказалось два");
  await button("regrade.prepare").click();
  await expect(page.getByText(word("regrade.done_prepared"), { exact: true })).toBeVisible();
  await expect(page.getByText(word("regrade.own"), { exact: true })).toBeVisible();
  await expect(button("regrade.approve")).toHaveCount(0);
  const address = new URL(page.url()).pathname;
  await isAccessible(page, "a regrade, for whoever prepared it");

  await signIn(page, "chair");
  await page.goto("/trainer/regrades");
  await expect(page.locator(`a[href="${address}"]`)).toBeVisible();
  await page.goto(address);
  await expect(button("regrade.approve")).toBeVisible();
  await isAccessible(page, "a regrade, for whoever decides");
  await button("regrade.reject").click();
  await expect(page.getByRole("alert")).toContainText(word("problem.missing"));
  // Approving would change the results of other specs; that it does is tested without a browser.
  await page.getByLabel(word("regrade.note"), { exact: true }).fill("Ответ один: спросили автора");
  await button("regrade.reject").click();
  await expect(page.getByText(word("regrade.done_rejected"), { exact: true })).toBeVisible();
  await expect(button("regrade.approve")).toHaveCount(0);
});
