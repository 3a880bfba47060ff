// What a browser loads before each main page stands, as brotli would send it.
import { chromium } from "@playwright/test";
import { brotliCompressSync } from "node:zlib";

const PAGES = ["/sign-in", "/settings/profile", "/settings/security", "/settings/api-access", "/settings/notifications"];
const SESSION = "__Host-session";

/** Bytes of every answer to somebody's first visit of each page; `session` is who they are on the pages behind sign-in. */
export async function firstViews(origin, session) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  try {
    const views = [];
    for (const path of PAGES) views.push([path, await firstView(browser, origin, path, session)]);
    return views;
  } finally {
    await browser.close();
  }
}

async function firstView(browser, origin, path, session) {
  const context = await browser.newContext({ baseURL: origin });
  if (path.startsWith("/settings")) {
    // What is sent over HTTPS alone is sent to this machine as well.
    await context.addCookies([{ name: SESSION, value: session, url: origin.replace("http:", "https:"), secure: true }]);
  }
  const page = await context.newPage();
  const answers = [];
  page.on("response", (response) => answers.push(response.body()));
  await page.goto(path, { waitUntil: "networkidle" });
  await page.getByRole("heading", { level: 1 }).waitFor();
  if (!page.url().endsWith(path)) throw new Error(`${path} led to ${page.url()}`);
  const bodies = await Promise.all(answers);
  await context.close();
  return bodies.reduce((sum, body) => sum + brotliCompressSync(body).length, 0);
}
