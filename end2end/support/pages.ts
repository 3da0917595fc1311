// Every page of the product, and who looks at it here. A hole `{…}` is filled from the first link that fits.

import { readFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "@playwright/test";

export interface Seen {
  path: string;
  /** The page that links to it, where there is a hole. */
  from?: string;
}

const at = (path: string, from?: string): Seen => ({ path, from });

export const NOBODY = "nobody";

/** By role: each page once with the role that sees most of it, and again where another role sees it differently. */
export const PAGES: Record<string, Seen[]> = {
  [NOBODY]: [
    at("/login"),
    at("/login?next=%2Fresults"),
    at("/login/code"),
    at("/verify"),
    at("/verify/IS-26-0000000000000"),
    at("/verify/receipt"),
    at("/there-is-no-such-page"),
  ],
  employee: [
    at("/learn"),
    at("/learn/{lesson}", "/learn"),
    at("/tests/{test}", "/learn"),
    at("/practice/{test}", "/learn"),
    at("/results"),
    at("/badge"),
    at("/account"),
    at("/notices"),
    at("/hr"),
  ],
  trainer: [
    at("/trainer"),
    at("/trainer/items"),
    at("/trainer/items?q=there-is-no-such-item"),
    at("/trainer/items/new"),
    at("/trainer/items/{item}", "/trainer/items"),
    at("/trainer/groups"),
    at("/trainer/groups/{group}", "/trainer/groups"),
  ],
  methodologist: [
    at("/trainer"),
    at("/trainer/items"),
    at("/trainer/items/{item}", "/trainer/items"),
    at("/trainer/tests"),
    at("/trainer/tests/{test}", "/trainer/tests"),
    at("/trainer/tests/{test}/draft", "/trainer/tests"),
    at("/trainer/tests/{test}/publish", "/trainer/tests"),
    at("/trainer/rulebook"),
    at("/trainer/rulebook/{version}", "/trainer/rulebook"),
    at("/trainer/items/{item}/regrade", "/trainer/items?pool=exam"),
    at("/trainer/regrades"),
  ],
  chair: [at("/trainer/regrades"), at("/hr/doubts")],
  hr: [
    at("/hr"),
    at("/hr?q=there-is-no-such-person"),
    at("/hr/people/new"),
    at("/hr/people/{person}", "/hr"),
    at("/hr/people/{person}/edit", "/hr"),
    at("/hr/people/{person}/dismiss", "/hr"),
    at("/hr/ready"),
    at("/hr/doubts"),
    at("/hr/certified"),
    at("/hr/counts"),
  ],
  head: [at("/hr"), at("/hr/people/{person}", "/hr"), at("/hr/certified"), at("/hr/counts"), at("/proctor")],
  auditor: [
    at("/hr"),
    at("/hr/people/{person}", "/hr"),
    at("/admin"),
    at("/admin/rehearsal"),
    at("/admin/audit"),
    at("/proctor"),
  ],
  admin: [
    at("/admin"),
    at("/admin/accounts"),
    at("/admin/accounts/{person}", "/admin/accounts"),
    at("/admin/accounts/{person}/new", "/admin/accounts"),
    at("/admin/settings"),
    at("/admin/jobs"),
    at("/admin/rehearsal"),
    at("/admin/networks"),
  ],
  proctor: [at("/proctor"), at("/proctor/new")],
};

/** Pages that a spec of its own looks at, in the states that matter, or that show no page. */
export const ELSEWHERE = [
  "/", // leads on
  "/verify/{serial}", // pass.spec: valid and lapsed
  "/exam/{attempt}", // access.spec: every kind of question
  "/exam/{attempt}/finish", // access.spec
  "/results/{attempt}", // access.spec
  "/results/{attempt}/receipt", // receipt.spec
  "/hr/people/{person}/enrol", // leads back to the person
  "/hr/people/{person}/code", // leads back to the person
  "/hr/ready/decide", // pass.spec: leads back to the list without a choice
  "/hr/doubts/{doubt}", // testkit: there is one only after an exam, a decision and a regrade
  "/trainer/regrades/{regrade}", // regrade.spec
  "/hr/certified.csv", // a file
  "/proctor/{session}", // session.spec: planned, open, closed
  "/proctor/{session}/candidates", // session.spec
  "/proctor/{session}/codes", // session.spec
  "/proctor/{session}/window", // session.spec
  "/proctor/{session}/protocol", // session.spec
  "/proctor/{session}/events", // a stream
];

/** The addresses that the server has pages at, from where they are written down. */
export function routes(): string[] {
  const text = readFileSync(path.resolve(__dirname, "../../app/src/routes.rs"), "utf8");
  return [...text.matchAll(/^\s+"(\/[^"]*)" "GET[^"]*"/gm)].map((found) => found[1]);
}

/** Whether a page of the list is at an address of the routes. */
export function isAt(seen: Seen, route: string): boolean {
  return plain(seen.path.split("?")[0]) === plain(route);
}

const plain = (path: string): string => path.replace(/\{\w+\}/g, "{}");

/** The address with its hole filled; nothing where no link fits. */
export async function addressOf(page: Page, seen: Seen): Promise<string | undefined> {
  const { path, from } = seen;
  if (!from) return path;
  const [before, after] = path.split(/\{\w+\}/);
  const list = await (await page.request.get(from)).text();
  const id = list.match(new RegExp(`href="${before}([0-9a-f-]{36})`))?.[1];
  return id && `${before}${id}${after}`;
}
