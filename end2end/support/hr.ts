// What HR does on the way from a passed test to a badge.

import { expect, type Locator, type Page } from "@playwright/test";
import { counted, word } from "./words";

/** The row of a person in a list of HR: people of a demo have their login as personnel number. */
export function rowOf(page: Page, login: string): Locator {
  const number = word("people.number_short", { number: login.toUpperCase() });
  return page.getByRole("row").filter({ has: page.getByText(number, { exact: true }) });
}

/** Looks for somebody in a list that has a search. */
export async function search(page: Page, words: string): Promise<void> {
  await page.getByLabel(word("people.search")).fill(words);
  await page.getByRole("button", { name: word("people.find"), exact: true }).click();
}

/** Decides that a person is certified: ticks, looks at what will be decided, confirms. */
export async function decideOn(page: Page, login: string, look: () => Promise<void> = async () => {}): Promise<void> {
  await page.goto("/hr");
  await page.getByRole("link", { name: word("people.waiting_go") }).click();
  await rowOf(page, login).getByRole("checkbox").check();
  await look();
  await page.getByRole("button", { name: word("people.decide_check") }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(word("people.decide_title"));
  await expect(rowOf(page, login)).toHaveCount(1);
  await look();
  await page.getByRole("button", { name: counted("people.decide_go", 1) }).click();
  await expect(page.getByText(counted("people.decided", 1), { exact: true })).toBeVisible();
  await expect(rowOf(page, login)).toHaveCount(0);
}
