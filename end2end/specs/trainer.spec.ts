import { expect, test, type Page } from "@playwright/test";
import { signIn } from "../support/people";
import { word } from "../support/words";

const unique = () => `${test.info().project.name} ${Date.now().toString(36)}`;

async function write(page: Page, stem: string): Promise<void> {
  const field = (key: string) => page.getByLabel(word(key), { exact: true });
  await field("items.stem").fill(stem);
  await field("items.rule").selectOption({ index: 1 });
  await field("items.difficulty").selectOption("1");
  for (const [at, text] of ["Выслушать до конца", "Назвать номер окна", "Позвать коллегу"].entries()) {
    await page.getByLabel(word("items.option", { number: at + 1 }), { exact: true }).fill(text);
  }
  await page.getByLabel(word("items.option_key", { number: 1 }), { exact: true }).check();
  await field("items.rationale").fill("Пока человека не выслушали, помочь ему нельзя.");
  await field("items.competency").fill("listening");
}

const save = (page: Page) => page.getByRole("button", { name: word("items.save"), exact: true }).click();

test("a trainer writes an item, sees it as a candidate would, and finds it in the bank", async ({ page }) => {
  const stem = `Посетитель спрашивает дорогу к окну. Что делать? ${unique()}`;
  await signIn(page, "trainer");
  await page.goto("/trainer");
  await page.getByRole("link", { name: word("items.write") }).click();
  await write(page, stem);
  await page.getByRole("button", { name: word("items.preview_do"), exact: true }).click();
  await expect(page.getByLabel(word("items.stem"), { exact: true })).toHaveValue(stem);
  await expect(page.getByRole("heading", { name: word("items.preview") }).locator("..")).toContainText(stem);
  await save(page);
  await expect(page.getByText(word("items.created"), { exact: true })).toBeVisible();
  await page.goto("/trainer/items");
  await page.getByLabel(word("items.search")).fill(stem.split(" ").at(-1) ?? "");
  await page.getByRole("button", { name: word("items.find"), exact: true }).click();
  const row = page.getByRole("row").filter({ hasText: stem });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText(word("items.state_draft"));
  await expect(row).toContainText(word("items.pool_practice"));
});

test("an item with gaps is not saved, says what is missing, and keeps what was typed", async ({ page }) => {
  const stem = `Очередь растёт. С чего начать? ${unique()}`;
  await signIn(page, "trainer");
  await page.goto("/trainer/items/new");
  await page.getByLabel(word("items.stem"), { exact: true }).fill(stem);
  await page.getByLabel(word("items.option", { number: 1 }), { exact: true }).fill("Извиниться за ожидание");
  await save(page);
  await expect(page.getByRole("alert")).toContainText(word("problem.option_count"));
  await expect(page.getByLabel(word("items.stem"), { exact: true })).toHaveValue(stem);
  await expect(page.getByLabel(word("items.option", { number: 1 }), { exact: true })).toHaveValue("Извиниться за ожидание");
});

test("who wrote an item cannot approve it alone, somebody else can", async ({ page }) => {
  const stem = `Бабушка не слышит вызова. Что делать? ${unique()}`;
  await signIn(page, "trainer");
  await page.goto("/trainer/items/new");
  await write(page, stem);
  await save(page);
  const address = new URL(page.url()).pathname;
  await page.getByRole("button", { name: word("items.submit") }).click();
  await expect(page.getByText(word("items.submitted"), { exact: true })).toBeVisible();
  await expect(page.getByText(word("items.own_version"), { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: word("items.approve"), exact: true })).toHaveCount(0);
  await signIn(page, "methodologist");
  await page.goto(address);
  await expect(page.getByRole("button", { name: word("items.approve"), exact: true })).toBeVisible();
});
