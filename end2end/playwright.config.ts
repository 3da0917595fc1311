// Every spec runs twice, with and without JavaScript; `*.js.spec.ts` only with.
//
// The suite starts a server of its own with a fresh database and a clock that tests can move on. With BASE_URL
// (and CONTROL_URL) it uses a server that is already running.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { defineConfig } from "@playwright/test";

const root = path.resolve(__dirname, "..");
const isOwnServer = !process.env.BASE_URL;
// Workers inherit the environment: only the first reading of this file makes the folder.
if (isOwnServer) process.env.END2END_HOME ??= mkdtempSync(path.join(tmpdir(), "end2end-"));
const home = process.env.END2END_HOME ?? "";
const baseURL = (process.env.BASE_URL ??= "http://127.0.0.1:3100");
process.env.CONTROL_URL ??= isOwnServer ? "http://127.0.0.1:3199" : "http://127.0.0.1:3999";
if (isOwnServer) process.env.OWN_SERVER = "1";
const startsServer = process.env.OWN_SERVER === "1";
const target = path.resolve(__dirname, process.env.CARGO_TARGET_DIR ?? "../target");

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  globalSetup: "./support/settle.ts",
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  // One server, one clock: tests take turns.
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 7_000 },
  reporter: [["list"]],
  use: {
    baseURL,
    locale: "ru-RU",
    timezoneId: "Europe/Moscow",
    trace: { mode: "retain-on-failure", screenshots: false },
    actionTimeout: 7_000,
    navigationTimeout: 15_000,
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "js" },
    { name: "nojs", testIgnore: [/\.js\.spec\.ts$/, /access\.spec\.ts$/], use: { javaScriptEnabled: false } },
  ],
  webServer: startsServer
    ? {
        command: path.join(target, "debug", "timed-server"),
        url: `${baseURL}/readyz`,
        timeout: 120_000,
        reuseExistingServer: false,
        env: {
          DATABASE_URL: `sqlite:${path.join(home, "end2end.db")}`,
          SECRET_KEY_FILE: path.join(home, "secret.key"),
          LEPTOS_SITE_ROOT: path.join(target, "site"),
          LEPTOS_SITE_ADDR: "127.0.0.1:3100",
          CONTENT_DIR: path.join(root, "content"),
          PUBLIC_URL: baseURL,
          TIMED_CONTROL_ADDR: "127.0.0.1:3199",
        },
      }
    : undefined,
});
