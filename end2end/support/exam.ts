// The exam as a person sees it. Nothing here depends on whether scripts run.

import { expect, type Locator, type Page } from "@playwright/test";
import { rightAnswer } from "./key";
import { FROM_HERE } from "./people";
import { counted, like, word } from "./words";

export const QUESTIONS = 40;
export const PRACTICE_QUESTIONS = 16;

/** Opens the page of the certification test from the path. */
export async function openTest(page: Page): Promise<void> {
  await page.goto("/learn");
  await page.locator('main .path a[href^="/tests/"]').click();
  await expect(page).toHaveURL(/\/tests\//);
}

/** Starts the certification test; the address of the attempt. */
export async function startTest(page: Page): Promise<string> {
  await openTest(page);
  await page.getByRole("checkbox", { name: word("test.consent") }).check();
  return start(page);
}

/** Starts a practice test, the same exam as often as one likes, without the page before it. */
export async function startPractice(page: Page): Promise<string> {
  const path = await (await page.request.get("/learn")).text();
  const address = path.match(/href="(\/practice\/[0-9a-f-]+)"/)?.[1];
  if (!address) throw new Error("The path offers no practice test");
  const started = await page.request.post(address, { form: {}, headers: FROM_HERE, maxRedirects: 0 });
  const attempt = started.headers().location ?? "";
  expect(attempt).toMatch(/^\/exam\/[0-9a-f-]+$/);
  await page.goto(attempt);
  return attempt;
}

async function start(page: Page): Promise<string> {
  await page.getByRole("button", { name: word("test.start"), exact: true }).click();
  await expect(page).toHaveURL(/\/exam\/[0-9a-f-]+/);
  return new URL(page.url()).pathname;
}

export const stem = (page: Page): Locator => page.locator(".exam-stem");
export const option = (page: Page, at: number): Locator => page.locator("label.option").nth(at);
export const choice = (page: Page, at: number): Locator => option(page, at).locator("input");
export const places = (page: Page): Locator => page.locator("ol.order > li");
export const saved = (page: Page): Locator => page.locator(".exam-saved");
export const button = (page: Page, key: string): Locator =>
  page.locator(".exam-moves").getByRole("button", { name: word(key), exact: true });
export const palette = (page: Page): Locator => page.locator("ol.palette-grid button");

/** The palette's button of a question, whatever its state. */
export function place(page: Page, number: number): Locator {
  return palette(page).nth(number - 1);
}

/** Which question is shown, and of how many. */
export async function isAt(page: Page, number: number, total?: number): Promise<void> {
  const text = total === undefined ? like("exam.count", { number }) : word("exam.count", { number, total });
  await expect(page.locator(".exam-count")).toHaveText(text);
}

export async function next(page: Page, from: number): Promise<void> {
  await button(page, "exam.next").click();
  await isAt(page, from + 1);
}

/** Goes to a question by its number. */
export async function goTo(page: Page, number: number): Promise<void> {
  await place(page, number).click();
  await isAt(page, number);
}

/** Goes on until a question of a kind is shown; its number, or 0 when there is none. */
export async function find(page: Page, wanted: Question["kind"], total: number): Promise<number> {
  for (let number = 1; number <= total; number += 1) {
    await goTo(page, number);
    if ((await question(page)).kind === wanted) return number;
  }
  return 0;
}

/**
 * Starts practice tests until one has a question of a kind, and goes to it; its number. What was not seen yet is
 * drawn first: a second form has what the first one left out.
 */
export async function sitAt(page: Page, wanted: Question["kind"]): Promise<number> {
  for (let sitting = 1; sitting <= 3; sitting += 1) {
    await startPractice(page);
    const number = await find(page, wanted, PRACTICE_QUESTIONS);
    if (number > 0) return number;
    await toFinish(page);
    await handIn(page);
  }
  throw new Error(`No form has a question of the kind ${wanted}`);
}

interface Question {
  kind: "single" | "multiple" | "ordering";
  stem: string;
  /** The texts of the options in the order shown. */
  options: string[];
}

/** The question that is shown, read at once. */
export async function question(page: Page): Promise<Question> {
  return page.locator(".exam-question").evaluate((element) => {
    const text = (found: Element | null) => (found?.textContent ?? "").trim();
    const rows = [...element.querySelectorAll("label.option, ol.order > li")];
    const options = rows.map((row) => text(row.querySelector(":scope > span")));
    const input = element.querySelector("input")?.type;
    const kind = input === "radio" ? "single" : input === "checkbox" ? "multiple" : "ordering";
    return { kind, stem: text(element.querySelector(".exam-stem")), options };
  });
}

/** The place of an option in an ordering. */
export function placeOf(page: Page, text: string): Locator {
  return page.getByLabel(`${word("exam.place")}: ${text}`, { exact: true });
}

/** Answers the question that is shown, rightly or wrongly. */
export async function answer(page: Page, right = true): Promise<void> {
  const shown = await question(page);
  const places = chosen(shown, rightAnswer(shown.stem, shown.options).texts, right);
  for (const [place, at] of places.entries()) {
    if (shown.kind === "ordering") await placeOf(page, shown.options[at]).selectOption(String(place + 1));
    else await choice(page, at).check();
  }
}

/**
 * Answers all questions; wrongly where told by the number of the rule. Ends where one is asked before handing in.
 * Forty questions by hand take long, so that here the page is pressed from within; other specs use the mouse.
 */
export async function answerAll(
  page: Page,
  total: number,
  isRight: (rule: number) => boolean = () => true,
): Promise<void> {
  for (let number = 1; number <= total; number += 1) {
    await isAt(page, number, total);
    const shown = await question(page);
    const { texts, rule } = rightAnswer(shown.stem, shown.options);
    await press(page, chosen(shown, texts, isRight(rule)));
  }
  await expect(page.getByRole("heading", { name: word("exam.finish_title") })).toBeVisible();
}

/** What to choose, by its place on the page; for an ordering all of it in order. */
function chosen({ kind, options }: Question, key: string[], right: boolean): number[] {
  const places = key.map((text) => options.indexOf(text));
  if (right) return places;
  if (kind === "ordering") return places.reverse();
  return [options.findIndex((text) => !key.includes(text))];
}

async function press(page: Page, chosen: number[]): Promise<void> {
  await page.locator("#exam-form").evaluate((form, chosen) => {
    const selects = [...form.querySelectorAll("select")];
    const inputs = [...form.querySelectorAll<HTMLInputElement>("input[name=choice]")];
    for (const [place, at] of chosen.entries()) {
      inputs[at]?.click();
      if (!selects[at]) continue;
      selects[at].value = String(place + 1);
      selects[at].dispatchEvent(new Event("change", { bubbles: true }));
    }
    form.querySelector<HTMLButtonElement>("button[name=go]")?.click();
  }, chosen);
}

/** Goes to the page that asks before handing in. */
export async function toFinish(page: Page): Promise<void> {
  await page.locator(".palette").getByRole("button", { name: word("exam.finish"), exact: true }).click();
  await expect(page).toHaveURL(/\/finish/);
}

/** Hands in from the page that asks. */
export async function handIn(page: Page): Promise<void> {
  const name = new RegExp(`^(${word("exam.hand_in")}|${word("exam.hand_in_without")})$`);
  await page.getByRole("button", { name }).click();
  await expect(page).toHaveURL(/\/results\//);
}

/** The score on the result page. */
export async function score(page: Page): Promise<{ points: number; max: number }> {
  const text = await page.locator(".score-number span").innerText();
  const found = text.match(/(\d+)\D+(\d+)/);
  if (!found) throw new Error(`No score in «${text}»`);
  return { points: Number(found[1]), max: Number(found[2]) };
}

export const unanswered = (count: number): string => counted("exam.without_answer", count);
