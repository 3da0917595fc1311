// How much a browser that has never been here has to load. Counts and sizes, no times: those are in
// docs/performance.md, and are printed here for it.

import { expect, test, type Page } from "@playwright/test";
import * as exam from "../support/exam";
import { candidate, fillSignIn } from "../support/people";

const MOST_REQUESTS = 12;
const MOST_BYTES = 350_000;

interface Load {
  requests: string[];
  bytes: number;
}

/** Counts what comes over the wire, headers included. */
async function counted(page: Page): Promise<Load> {
  const load: Load = { requests: [], bytes: 0 };
  const kept = new Set<string>();
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  const sent = new Map<string, string>();
  client.on("Network.requestWillBeSent", ({ requestId, request, redirectResponse }) => {
    if (!request.url.startsWith("http")) return;
    if (redirectResponse) {
      load.bytes += redirectResponse.encodedDataLength;
      load.requests.push(sent.get(requestId) ?? "");
    }
    sent.set(requestId, `${request.method} ${new URL(request.url).pathname}`);
  });
  // What the browser has kept costs nobody anything.
  client.on("Network.responseReceived", ({ requestId, response }) => {
    if (!response.fromDiskCache && !response.fromPrefetchCache && !kept.has(requestId)) {
      load.requests.push(sent.get(requestId) ?? response.url);
    }
  });
  client.on("Network.requestServedFromCache", ({ requestId }) => kept.add(requestId));
  client.on("Network.loadingFinished", ({ encodedDataLength }) => {
    load.bytes += encodedDataLength;
  });
  return load;
}

/** Largest contentful paint in milliseconds, and the sum of layout shifts. */
async function painted(page: Page): Promise<{ lcp: number; cls: number }> {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const found = { lcp: 0, cls: 0 };
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) found.lcp = entry.startTime;
        }).observe({ type: "largest-contentful-paint", buffered: true });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) found.cls += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => resolve(found), 500);
      }),
  );
}

test("from sign-in to the first question a fresh browser loads little, and nothing moves", async ({ page }) => {
  const load = await counted(page);
  await page.goto("/login");
  await fillSignIn(page, candidate(29));
  await expect(page).toHaveURL(/\/learn/);
  await page.locator('main a[href^="/tests/"]').first().click();
  await page.locator('input[name="consent"]').check();
  await page.locator("main form button").first().click();
  await exam.isAt(page, 1);
  await page.waitForLoadState("networkidle");
  const first = await painted(page);
  console.log(`${load.requests.length} requests, ${load.bytes} bytes, LCP ${Math.round(first.lcp)} ms, CLS ${first.cls}`);
  console.log(load.requests.join("\n"));
  expect(first.cls).toBe(0);
  expect(load.requests.length, load.requests.join("\n")).toBeLessThanOrEqual(MOST_REQUESTS);
  expect(load.bytes).toBeLessThanOrEqual(MOST_BYTES);
});

test("a lesson can be read before any script has come", async ({ page }) => {
  const load = await counted(page);
  await page.goto("/login");
  await fillSignIn(page, "employee");
  await page.locator('main a[href^="/learn/"]').first().click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(load.requests.filter((request) => /\.(js|wasm)$/.test(request))).toEqual([]);
  expect((await painted(page)).cls).toBe(0);
});
