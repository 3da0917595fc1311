// Pictures of every page, for people to look at: not a check. `LOOK=folder npx playwright test look`.

import { mkdirSync } from "node:fs";
import path from "node:path";
import { expect, test, type Browser, type Page } from "@playwright/test";
import { HOUR, serverNow } from "../support/clock";
import * as exam from "../support/exam";
import { decideOn } from "../support/hr";
import { NOBODY, PAGES, addressOf } from "../support/pages";
import { another, candidate, elsewhere, FROM_HERE, signIn } from "../support/people";
import { word } from "../support/words";

const folder = process.env.LOOK ?? "";
test.skip(!folder, "LOOK names no folder");

interface Way {
  name: string;
  width: number;
  height: number;
  dark: boolean;
  language: "ru" | "en";
}

const WAYS: Way[] = [
  { name: "phone", width: 390, height: 844, dark: false, language: "ru" },
  { name: "phone-dark-en", width: 390, height: 844, dark: true, language: "en" },
  { name: "desk", width: 1440, height: 900, dark: false, language: "ru" },
  { name: "desk-dark", width: 1440, height: 900, dark: true, language: "ru" },
];

async function look(page: Page, name: string, baseURL = ""): Promise<void> {
  for (const way of WAYS) {
    await page.context().addCookies([{ name: "language", value: way.language, url: baseURL }]);
    await page.reload();
    await shoot(page, name, way);
  }
}

/** A page that answers a form, or on which something is chosen: it is not loaded again, and stays Russian. */
async function lookAtOnce(page: Page, name: string): Promise<void> {
  for (const way of WAYS.filter((way) => way.language === "ru")) await shoot(page, name, way);
}

async function shoot(page: Page, name: string, way: Way): Promise<void> {
  await page.setViewportSize(way);
  await page.emulateMedia({ colorScheme: way.dark ? "dark" : "light" });
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: path.join(folder, `${name}.${way.name}.png`), fullPage: true });
}

/** As it would come out of a printer, a sheet of A4 wide. */
async function lookAtPaper(page: Page, name: string): Promise<void> {
  await page.setViewportSize({ width: 794, height: 1123 });
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  await page.screenshot({ path: path.join(folder, `${name}.print.png`), fullPage: true });
  await page.emulateMedia({ media: "screen" });
}

const named = (role: string, address: string): string => `${role}-${address.replace(/[^a-z-]+/gi, "_").replace(/^_|_$/g, "")}`;

for (const [role, pages] of Object.entries(PAGES)) {
  test(`the pages of ${role}`, async ({ page, baseURL }) => {
    test.setTimeout(300_000);
    mkdirSync(folder, { recursive: true });
    if (role !== NOBODY) await signIn(page, role);
    for (const seen of pages) {
      const address = await addressOf(page, seen);
      if (!address) continue;
      await page.goto(address);
      await look(page, named(role, seen.path), baseURL);
    }
  });
}

test("the exam, its end and its result", async ({ page, baseURL }) => {
  test.setTimeout(300_000);
  mkdirSync(folder, { recursive: true });
  await signIn(page, candidate(1));
  await exam.openTest(page);
  await look(page, "exam-before", baseURL);
  await page.context().addCookies([{ name: "language", value: "ru", url: baseURL ?? "" }]);
  await exam.startPractice(page);
  for (const at of [1, 2, 3, 4, 5, 6]) {
    await page.goto(`${new URL(page.url()).pathname}?q=${at}`);
    await look(page, `exam-question-${at}`, baseURL);
  }
  await page.goto(`${new URL(page.url()).pathname}/finish`);
  await look(page, "exam-finish", baseURL);
  await page.locator("main form button").last().click();
  await page.waitForURL(/\/results\//);
  await look(page, "exam-result", baseURL);
});

/** Who sits in the session, and how far they are when the pictures are made. */
const SEATS = { expected: 21, checked: 22, in: 23, paused: 24, finished: 25, locked: 27 };

test("an exam session: planned, open with its candidates, codes and protocol", async ({ page, browser, baseURL }) => {
  test.setTimeout(600_000);
  mkdirSync(folder, { recursive: true });
  await signIn(page, "proctor");
  const board = await plan(page);
  await look(page, "proctor-session-planned", baseURL);
  const seats: Record<string, Seat> = {};
  for (const [name, number] of Object.entries(SEATS)) seats[name] = await seat(page, board, candidate(number));
  await page.goto(`${board}/codes`);
  await look(page, "proctor-session-codes", baseURL);
  await lookAtPaper(page, "proctor-session-codes");
  await page.goto(`${board}/window`);
  await look(page, "proctor-session-window", baseURL);
  await send(page, board, { do: "open" });
  for (const { login, person } of Object.values(seats)) {
    if (login !== seats.expected.login) await send(page, board, { do: "identify", person });
  }

  const sitting = await begun(browser, seats.in);
  for (const number of [1, 2, 3]) {
    await exam.answer(sitting);
    await exam.next(sitting, number);
  }
  const paused = await begun(browser, seats.paused);
  const finished = await begun(browser, seats.finished);
  await exam.toFinish(finished);
  await exam.handIn(finished);
  const locked = await another(browser, seats.locked.login);
  await exam.openTest(locked);
  for (let wrong = 0; wrong < 5; wrong += 1) {
    const loaded = locked.waitForEvent("load");
    await begin(locked, "0000-0000");
    await loaded;
  }
  await lookAtOnce(locked, "exam-seat-locked");

  await page.goto(`${board}?person=${seats.paused.person}`);
  await look(page, "proctor-session-one", baseURL);
  await page.getByLabel(word("proctor.reason"), { exact: true }).fill("Не было света");
  await page.getByRole("button", { name: word("proctor.pause"), exact: true }).click();
  await expect(page).toHaveURL(/done=pause/);
  await look(page, "proctor-session-paused", baseURL);
  await paused.reload();
  await lookAtOnce(paused, "exam-paused");
  await send(page, board, { do: "note", incident: "technical", text: "На десять минут пропал свет, кандидаты ждали на местах." });
  await page.goto(board);
  await look(page, "proctor-session-open", baseURL);
  await page.goto("/proctor");
  await look(page, "proctor-sessions", baseURL);
  await page.goto(`${board}/protocol`);
  await look(page, "proctor-session-protocol", baseURL);
  await lookAtPaper(page, "proctor-session-protocol");
});

interface Seat {
  login: string;
  person: string;
  code: string;
}

/** Sends a form of the board. */
async function send(page: Page, board: string, form: Record<string, string>): Promise<void> {
  const answer = await page.request.post(board, { form, headers: FROM_HERE, maxRedirects: 0 });
  expect(answer.status(), `${form.do} is done`).toBe(303);
}

/** Plans a session that is held now, with nobody in it; its address. */
async function plan(page: Page): Promise<string> {
  const now = await serverNow();
  const inMoscow = (ms: number) => new Date(now.getTime() + 3 * HOUR + ms).toISOString();
  await page.goto("/proctor/new");
  await page.getByLabel(word("proctor.field_title"), { exact: true }).fill("Допуск, ноябрь");
  await page.getByLabel(word("proctor.test"), { exact: true }).selectOption({ index: 1 });
  await page.getByLabel(word("proctor.centre"), { exact: true }).selectOption({ index: 1 });
  await page.getByLabel(word("proctor.place"), { exact: true }).fill("Учебный класс, второй этаж");
  await page.getByLabel(word("proctor.day"), { exact: true }).fill(inMoscow(-HOUR).slice(0, 10));
  await page.getByLabel(word("proctor.from"), { exact: true }).fill(inMoscow(-HOUR).slice(11, 16));
  await page.getByLabel(word("proctor.until"), { exact: true }).fill(inMoscow(4 * HOUR).slice(11, 16));
  await page.getByRole("button", { name: word("proctor.plan"), exact: true }).click();
  await expect(page).toHaveURL(/done=planned/);
  return new URL(page.url()).pathname;
}

/** Adds a candidate; what is new on the board and among the codes is theirs. */
async function seat(page: Page, board: string, login: string): Promise<Seat> {
  const people = async () => ids(await (await page.request.get(board)).text(), /id="row-([0-9a-f-]{36})"/g);
  const codes = async () => ids(await (await page.request.get(`${board}/codes`)).text(), /<code[^>]*>([^<]+)<\/code>/g);
  const before = new Set([...(await people()), ...(await codes())]);
  await send(page, board, { do: "add", numbers: login.toUpperCase() });
  const fresh = (all: string[]) => all.find((one) => !before.has(one)) ?? "";
  return { login, person: fresh(await people()), code: fresh(await codes()) };
}

/** Without the comments that the server may leave between texts. */
const ids = (text: string, pattern: RegExp): string[] =>
  [...text.replace(/<!(--.*?--)?>/g, "").matchAll(pattern)].map((found) => found[1]);

/** A candidate at a computer of their own, at the first question. */
async function begun(browser: Browser, { login, code }: Seat): Promise<Page> {
  const page = await another(browser, login);
  await exam.openTest(page);
  await begin(page, code);
  await exam.isAt(page, 1);
  return page;
}

async function begin(page: Page, code: string): Promise<void> {
  await page.getByLabel(word("proctor.start_code"), { exact: true }).fill(code);
  await page.getByRole("checkbox", { name: word("test.consent") }).check();
  await page.getByRole("button", { name: word("test.start"), exact: true }).click();
}

test("from the passed test to the badge, a regrade and a doubt", async ({ page, browser, baseURL }) => {
  test.setTimeout(600_000);
  mkdirSync(folder, { recursive: true });
  const login = candidate(18);
  const stranger = await (await browser.newContext(elsewhere())).newPage();
  await signIn(page, login);
  const attempt = await exam.startTest(page);
  // Who leaves before the lease has come is asked whether to go on here.
  await page.waitForLoadState("networkidle");
  await page.goto(`${attempt}?q=${exam.QUESTIONS}`);
  await page.waitForLoadState("networkidle");
  const stem = await exam.stem(page).innerText();
  await page.goto(`${attempt}?q=1`);
  // One wrong in every rule is exactly enough; the last question is answered rightly.
  const met = new Set<number>();
  await exam.answerAll(page, exam.QUESTIONS, (rule) => met.has(rule) || !met.add(rule));
  await exam.handIn(page);
  const result = new URL(page.url()).pathname;
  await look(page, "exam-result-passed", baseURL);

  await page.goto(`${result}/receipt`);
  await look(page, "exam-receipt", baseURL);
  await lookAtPaper(page, "exam-receipt");
  const receipt = await page.locator("#receipt-text").innerText();
  await check(stranger, receipt);
  await lookAtOnce(stranger, "nobody-verify_receipt-genuine");
  await check(stranger, receipt.replace(/answered: \d+/, "answered: 1"));
  await lookAtOnce(stranger, "nobody-verify_receipt-altered");

  const hr = await another(browser, "hr");
  const names = ["hr-ready-waiting", "hr-ready-confirm"];
  await decideOn(hr, login, () => lookAtOnce(hr, names.shift() ?? "hr-ready"));
  await look(hr, "hr-ready-decided", baseURL);

  await page.goto("/badge");
  await look(page, "employee-badge-awarded", baseURL);
  await lookAtPaper(page, "employee-badge-awarded");
  const serial = await page.locator(".badge-stub code").innerText();
  await stranger.goto(`/verify/${serial}`);
  await look(stranger, "nobody-verify-valid", baseURL);
  await page.goto("/learn");
  await look(page, "employee-learn-certified", baseURL);
  await page.goto("/notices");
  await look(page, "employee-notices-some", baseURL);

  const methodologist = await another(browser, "methodologist");
  await methodologist.goto(`${await itemOf(methodologist, stem)}/regrade`);
  await methodologist.getByLabel(word("regrade.to_void"), { exact: true }).check();
  await methodologist.getByLabel(word("regrade.reason"), { exact: true }).fill("Верных ответов оказалось два");
  await methodologist.getByRole("button", { name: word("regrade.prepare"), exact: true }).click();
  await expect(methodologist).toHaveURL(/done=prepared/);
  await look(methodologist, "methodologist-regrade-prepared", baseURL);
  const regrade = new URL(methodologist.url()).pathname;

  const chair = await another(browser, "chair");
  await chair.goto("/trainer/regrades");
  await look(chair, "chair-regrades-waiting", baseURL);
  await chair.goto(regrade);
  await look(chair, "chair-regrade-to-decide", baseURL);
  await chair.getByRole("button", { name: word("regrade.approve"), exact: true }).click();
  await expect(chair).toHaveURL(/done=approved/);
  await look(chair, "chair-regrade-approved", baseURL);
  await page.goto(result);
  await look(page, "exam-result-regraded", baseURL);

  await hr.goto("/hr/doubts");
  await look(hr, "hr-doubts-waiting", baseURL);
  const doubt = await addressOf(hr, { path: "/hr/doubts/{doubt}", from: "/hr/doubts" });
  const person = await addressOf(hr, { path: "/hr/people/{person}", from: "/hr/doubts" });
  for (const [address, name] of [[doubt, "hr-doubt"], [person, "hr-person-in-doubt"]]) {
    if (!address) continue;
    await hr.goto(address);
    await look(hr, name ?? "", baseURL);
  }
});

async function check(page: Page, receipt: string): Promise<void> {
  await page.goto("/verify/receipt");
  await page.getByLabel(word("receipt.pasted"), { exact: true }).fill(receipt);
  await page.getByRole("button", { name: word("receipt.verify_go"), exact: true }).click();
  await expect(page.locator(".verify-state")).toBeVisible();
}

/** The exam item with a stem. The bank is searched by five words: the longest ones tell most. */
async function itemOf(page: Page, stem: string): Promise<string> {
  const words = stem.match(/[а-яё]+/gi) ?? [];
  const told = [...new Set(words)].sort((one, two) => two.length - one.length).slice(0, 5);
  const address = `/trainer/items?${new URLSearchParams({ pool: "exam", q: told.join(" ") })}`;
  const found = await addressOf(page, { path: "/trainer/items/{item}", from: address });
  if (!found) throw new Error(`No item is found by «${told.join(" ")}»`);
  return found;
}

test("the draft of a test and what its forms would be", async ({ page, baseURL }) => {
  test.setTimeout(300_000);
  mkdirSync(folder, { recursive: true });
  await signIn(page, "methodologist");
  const draft = await addressOf(page, { path: "/trainer/tests/{test}/draft", from: "/trainer/tests" });
  if (!draft) throw new Error("There is no test");
  await page.request.post(draft, { form: { do: "begin" }, headers: FROM_HERE, maxRedirects: 0 });
  await page.goto(draft);
  await look(page, "methodologist-draft-begun", baseURL);
  await page.goto(draft.replace(/draft$/, "publish"));
  await look(page, "methodologist-publish-fairness", baseURL);
});
