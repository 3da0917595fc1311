// People of a demo. Every test takes people of its own, so that tests and projects never meet.

import { expect, test, type Browser, type Page } from "@playwright/test";
import { word } from "./words";

export const PASSWORD = "sincere-demo";

/** What a browser says of a form of the site itself. */
export const FROM_HERE = { "sec-fetch-site": "same-origin" };

/** People who are admitted to the certification test: 1 to 30 in each project. */
export function candidate(number: number): string {
  const shift = Number(process.env.PEOPLE_FROM ?? 0);
  const half = test.info().project.name === "nojs" ? 30 : 0;
  return `e${String(half + shift + number).padStart(5, "0")}`;
}

export async function fillSignIn(page: Page, login: string, password = PASSWORD): Promise<void> {
  await page.getByLabel(word("sign_in.login")).fill(login);
  await page.getByLabel(word("sign_in.password"), { exact: true }).fill(password);
  await page.getByRole("button", { name: word("sign_in.enter"), exact: true }).click();
}

/** Signs in without opening the form: what the form does has specs of its own. */
export async function signIn(page: Page, login: string): Promise<void> {
  const form = { login, password: PASSWORD, next: "/account" };
  const answer = await page.request.post("/login", { form, headers: FROM_HERE, maxRedirects: 0 });
  expect(answer.status(), `${login} signs in`).toBe(303);
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: word("common.sign_out") }).click();
  await expect(page).toHaveURL(/\/login/);
}

/** Somebody else at another computer. */
export async function another(browser: Browser, login: string): Promise<Page> {
  const context = await browser.newContext(elsewhere());
  const page = await context.newPage();
  await signIn(page, login);
  return page;
}

/** How another browser is set up: `newContext` does not know the project. */
export function elsewhere() {
  const { baseURL, locale, timezoneId, javaScriptEnabled } = test.info().project.use;
  return { baseURL, locale, timezoneId, javaScriptEnabled };
}
