import { expect, test } from "@playwright/test";
import { candidate, fillSignIn, signIn, signOut } from "../support/people";
import { word } from "../support/words";

test("a wrong password keeps the login and does not tell which of the two was wrong", async ({ page }) => {
  const login = candidate(1);
  await page.goto("/login");
  await fillSignIn(page, login, "not-the-password");
  const said = page.getByRole("alert");
  await expect(said).toContainText(word("problem.wrong_sign_in"));
  await expect(page.getByLabel(word("sign_in.login"))).toHaveValue(login);
  await expect(page.getByLabel(word("sign_in.password"), { exact: true })).toHaveValue("");
  const aboutKnown = await said.innerText();
  await fillSignIn(page, `nobody-${login}`, "not-the-password");
  await expect(page.getByLabel(word("sign_in.login"))).toHaveValue(`nobody-${login}`);
  expect(await page.getByRole("alert").innerText()).toBe(aboutKnown);
  await fillSignIn(page, login);
  await expect(page).toHaveURL("/learn");
});

test("whoever signs out has to sign in again", async ({ page }) => {
  await signIn(page, candidate(1));
  await page.goto("/results");
  await signOut(page);
  await page.goto("/results");
  await expect(page).toHaveURL(/\/login\?next=/);
});

test("a page that needs a sign-in leads to it and back, with its query", async ({ page }) => {
  await page.goto("/results?from=mail");
  await expect(page).toHaveURL("/login?next=%2Fresults%3Ffrom%3Dmail");
  await expect(page.getByText(word("sign_in.first"), { exact: true })).toBeVisible();
  await fillSignIn(page, candidate(1), "not-the-password");
  await expect(page.getByRole("alert")).toBeVisible();
  await fillSignIn(page, candidate(1));
  await expect(page).toHaveURL("/results?from=mail");
});

test("sign-in never leads to another site", async ({ page, baseURL }) => {
  await page.goto("/login?next=//evil.example/");
  await fillSignIn(page, candidate(1));
  await expect(page).toHaveURL(`${baseURL}/learn`);
});

test("an unknown address says so and shows the way home", async ({ page }) => {
  const answer = await page.goto("/there-is-no-such-page");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(word("problem.not_found"));
  await page.getByRole("link", { name: word("problem.home") }).click();
  await expect(page).toHaveURL("/login");
});

test("a page of another role is refused in words", async ({ page }) => {
  await signIn(page, candidate(1));
  const answer = await page.goto("/hr");
  expect([403, 404]).toContain(answer?.status());
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(
    new RegExp(`${word("problem.denied")}|${word("problem.not_found")}`),
  );
});
