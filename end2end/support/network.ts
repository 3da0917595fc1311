// The network between a browser and the server at its worst, and what came of it.

import { expect, type APIResponse, type BrowserContext, type Locator, type Page, type Route } from "@playwright/test";
import { advance, MINUTE } from "./clock";
import * as exam from "./exam";
import { candidate, FROM_HERE, signIn } from "./people";
import { counted, like, word } from "./words";

export const ANSWER = "**/api/exam/answer";
export const TAKE_OVER = "**/api/exam/take-over";
export const ANY_CALL = "**/api/exam/*";

/** Longer than a practice test with its grace: whatever is open runs out. */
export const WHOLE_TIME = 21 * MINUTE;

type Way = Page | BrowserContext;

/**
 * People for tests of the network: 18 to 27, 29 and 30. They belong to the project without scripts, where no spec
 * takes these numbers.
 */
export function person(number: number): string {
  return candidate(30 + number);
}

export interface Sitting {
  /** The address of the attempt. */
  attempt: string;
  /** Questions with one right answer, by number; the first of them is shown. Each answer is one event. */
  at: number[];
}

/** A practice sitting, wide awake. What an earlier test left open has run out before. */
export async function sit(page: Page, number: number, questions = 1): Promise<Sitting> {
  await advance(WHOLE_TIME);
  await signIn(page, person(number));
  const taken = page.waitForResponse(TAKE_OVER);
  const attempt = await exam.startPractice(page);
  // Before the island lives, a button is a page's button.
  await taken;
  const at: number[] = [];
  for (let number = 1; number <= exam.PRACTICE_QUESTIONS && at.length < questions; number += 1) {
    await exam.goTo(page, number);
    if ((await exam.question(page)).kind === "single") at.push(number);
  }
  expect(at, "questions with one right answer").toHaveLength(questions);
  await exam.goTo(page, at[0]);
  return { attempt, at };
}

/** Nothing gets through to an address. */
export async function cut(way: Way, address = ANSWER): Promise<void> {
  await way.route(address, (route) => route.abort());
}

/** Everything gets through again. */
export async function mend(way: Way): Promise<void> {
  await way.unrouteAll({ behavior: "wait" });
}

/** The browser notices that the link is back: nobody waits for the island's own pauses. */
export async function nudge(page: Page): Promise<void> {
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
}

/** The same, until so many requests have come. */
export async function nudgeUntil(page: Page, served: Count, count: number): Promise<void> {
  const reached = async () => {
    await nudge(page);
    return served.count;
  };
  await expect.poll(reached, { message: "requests", timeout: 20_000 }).toBeGreaterThanOrEqual(count);
}

/** A request reaches the server, whatever becomes of the reply. */
export function deliver(route: Route): Promise<APIResponse> {
  // A request on its way through here has lost what the browser says of where it comes from.
  return route.fetch({ headers: { ...route.request().headers(), ...FROM_HERE }, maxRedirects: 0 });
}

/** The same request once more, or later than others. */
export function post(page: Page, call: string, data: unknown): Promise<APIResponse> {
  const headers = { ...FROM_HERE, "content-type": "application/json", accept: "application/json" };
  return page.request.post(`/api/exam/${call}`, { data, headers });
}

/** How many requests came. */
export interface Count {
  count: number;
}

/** The server gets every batch, or what else is sent to an address, and no reply comes back. */
export async function loseReplies(page: Page, address = ANSWER): Promise<Count> {
  const lost = { count: 0 };
  await page.route(address, async (route) => {
    await deliver(route);
    lost.count += 1;
    await route.abort();
  });
  return lost;
}

/** The server gets the form of this page, and the browser never hears of it. */
export async function postUnheard(page: Page, button: Locator): Promise<void> {
  const hidden = await page
    .locator("main form input[type=hidden]")
    .evaluateAll((fields) => fields.map((field) => [(field as HTMLInputElement).name, (field as HTMLInputElement).value]));
  const pressed = await button.evaluate((button) => [(button as HTMLButtonElement).name, (button as HTMLButtonElement).value]);
  const form = Object.fromEntries([...hidden, pressed]);
  const answer = await page.request.post(new URL(page.url()).pathname, { form, headers: FROM_HERE, maxRedirects: 0 });
  expect(answer.status()).toBe(303);
}

/** Another answer than the server's, or several, each in its turn and the last for ever. */
export async function answerInstead(page: Page, replies: NonNullable<Parameters<Route["fulfill"]>[0]>[]): Promise<Count> {
  const served = { count: 0 };
  await page.route(ANSWER, async (route) => {
    const reply = replies[Math.min(served.count, replies.length - 1)];
    served.count += 1;
    await route.fulfill(reply);
  });
  return served;
}

/** What a full server says: nothing was kept, come again. */
export function comeAgain(after_ms: number) {
  const nothing = { acked_seq: 0, refused: [], saved_at: "", saved_at_local: "", time_left_ms: 0 };
  return { json: { ...nothing, state: { try_again: { after_ms } } } };
}

export interface Gate {
  /** How many requests wait. */
  held: () => number;
  /** Lets the first of them through. */
  pass: () => void;
  /** Lets all through, and whatever follows. */
  open: () => void;
}

/** Batches wait on their way. */
export async function hold(page: Page): Promise<Gate> {
  const waiting: (() => void)[] = [];
  let isOpen = false;
  await page.route(ANSWER, async (route) => {
    if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve));
    await route.continue();
  });
  return {
    held: () => waiting.length,
    pass: () => waiting.shift()?.(),
    open: () => {
      isOpen = true;
      for (const go of waiting.splice(0)) go();
    },
  };
}

/** Until so many events wait in the browser's own database: what is only in memory dies with the tab. */
export async function isStored(page: Page, events: number): Promise<void> {
  await expect.poll(() => stored(page), "events in the browser's database").toBe(events);
}

async function stored(page: Page): Promise<number> {
  const kept = await page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const all: unknown[] = [];
    for (const { name } of await indexedDB.databases()) {
      if (!name) continue;
      const database = await done(indexedDB.open(name));
      for (const store of Array.from(database.objectStoreNames)) {
        all.push(await done(database.transaction(store).objectStore(store).getAll()));
      }
      database.close();
    }
    return JSON.stringify(all);
  });
  return (kept.match(/position/g) ?? []).length;
}

/** The renderer dies: no handler of the page runs. */
export async function crash(page: Page): Promise<void> {
  const gone = page.waitForEvent("crash");
  page.goto("chrome://crash").catch(() => {});
  await gone;
  await page.close();
}

/** That the test is open elsewhere. */
export const elsewhere = (page: Page): Locator => page.getByText(word("exam.elsewhere"), { exact: true });

/** Goes on here, where one is asked. */
export async function goOnHere(page: Page): Promise<void> {
  const here = page.getByRole("button", { name: word("exam.continue_here") });
  await expect(here.or(page.locator(".exam-saved.is-done")).first()).toBeVisible();
  if (await here.isVisible()) await here.click();
  await expect(here).toBeHidden();
}

export async function isSaved(page: Page): Promise<void> {
  await expect(exam.saved(page)).toHaveText(like("exam.saved"));
}

/** So many answers wait here for the link. */
export async function isWaiting(page: Page, answers: number): Promise<void> {
  await expect(exam.saved(page)).toHaveText(counted("exam.offline", answers));
}

/** Each of the questions says that it is saved. */
export async function areSaved(page: Page, numbers: number[]): Promise<void> {
  for (const number of numbers) {
    await exam.goTo(page, number);
    await isSaved(page);
  }
}

/** Answers each of the questions rightly, and ends at the last one. */
export async function answerEach(page: Page, numbers: number[]): Promise<void> {
  for (const number of numbers) {
    await exam.goTo(page, number);
    await exam.answer(page);
  }
}

/** Hands in, and the result says so: a point for each right answer, and how many events the journal has. */
export async function comesTo(page: Page, points: number, events?: number): Promise<void> {
  await exam.toFinish(page);
  await exam.handIn(page);
  expect(await exam.score(page)).toEqual({ points, max: exam.PRACTICE_QUESTIONS });
  if (events !== undefined) await expect(page.locator(".receipt")).toContainText(counted("result.events", events));
}

/** Milliseconds that the server says are left. */
export async function timeLeft(page: Page, attempt: string): Promise<number> {
  const asked = await post(page, "state", { attempt: attempt.split("/").pop(), writer: null, confirm: false });
  expect(asked.status(), "the server says what is left").toBe(200);
  return (await asked.json()).time_left_ms;
}

/** Whole minutes on the candidate's clock. */
export async function minutesShown(page: Page): Promise<number> {
  return Number((await page.locator(".exam-clock").innerText()).match(/\d+/)?.[0]);
}

/** The candidate's clock is the server's, to the minute. */
export async function showsServerTime(page: Page, attempt: string): Promise<void> {
  const apart = async () =>
    Math.abs((await minutesShown(page)) - Math.ceil((await timeLeft(page, attempt)) / MINUTE));
  await expect.poll(apart, "minutes between the two clocks").toBeLessThanOrEqual(1);
}
