// The receipt of a finished test: shown, kept, and checked by somebody who is not signed in.

import { expect, test } from "@playwright/test";
import { isAccessible } from "../support/axe";
import * as exam from "../support/exam";
import { candidate, elsewhere, signIn } from "../support/people";
import { word } from "../support/words";

test("a receipt is checked by anybody, and a changed letter is noticed", async ({ page, browser }) => {
  await signIn(page, candidate(3));
  await exam.startPractice(page);
  await exam.answer(page);
  await exam.next(page, 1);
  await exam.toFinish(page);
  await exam.handIn(page);
  await page.getByRole("link", { name: word("receipt.open"), exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(word("receipt.title"));
  await isAccessible(page, "receipt");
  const text = await page.locator("#receipt-text").innerText();
  expect(text).toContain("answered: 1\n");

  const stranger = await (await browser.newContext(elsewhere())).newPage();
  await stranger.goto("/verify/receipt");
  const check = async (pasted: string): Promise<void> => {
    await stranger.getByLabel(word("receipt.pasted"), { exact: true }).fill(pasted);
    await stranger.getByRole("button", { name: word("receipt.verify_go"), exact: true }).click();
  };
  await check(text);
  await expect(stranger.getByRole("heading", { level: 1 })).toHaveText(word("receipt.genuine"));
  await isAccessible(stranger, "a genuine receipt");
  await check(text.replace("answered: 1\n", "answered: 9\n"));
  await expect(stranger.getByRole("heading", { level: 1 })).toHaveText(word("receipt.altered"));
  await isAccessible(stranger, "a changed receipt");
  await check("answered: 1");
  await expect(stranger.getByRole("heading", { level: 1 })).toHaveText(word("receipt.unreadable"));
  await stranger.context().close();
});
