// What a browser loads before each main page stands, and what a page of administration adds to that, as brotli would
// send it.
import { chromium } from "@playwright/test";
import { brotliCompressSync } from "node:zlib";

const PAGES = ["/sign-in", "/settings/profile", "/settings/security", "/settings/api-access", "/settings/notifications"];
/** From where to where, by which links; the heading is what the last one says last. */
const FROM = "/settings/api-access";
const ADDED = [
  ["/manage/users", ["Manage", "Users"]],
  ["/manage/roles", ["Manage", "Roles"]],
  ["/manage/policy", ["Manage", "Policy"]],
  ["/manage/audit", ["Manage", "Audit log"]],
  ["/manage/service-accounts", ["Manage", "System Settings", "Manage Service Accounts"]],
];
const SESSION = "__Host-session";

/** Bytes of every answer to somebody's first visit of each page; `session` is who they are on the pages behind sign-in. */
export const firstViews = (origin, session) => each(PAGES.map((path) => [path]), origin, session, visit);

/** Bytes of the files that each page of administration adds to those of the page that people come from. */
export const addedViews = (origin, session) =>
  each(ADDED, origin, session, async (page, path, links) => {
    await visit(page, FROM);
    for (const name of links.slice(0, -1)) await page.getByRole("link", { name, exact: true }).click();
    const link = page.getByRole("link", { name: new RegExp(`^${links.at(-1)}`) });
    await link.waitFor();
    // The look of the pages on the way is theirs, and may still be coming.
    await page.waitForFunction(() => [...document.querySelectorAll("link[rel=stylesheet]")].every(({ sheet }) => sheet));
    return bytes(page, /\/a\//, async () => {
      // By keyboard: a pointer would come to lie over what asks for more when it is pointed at.
      await link.press("Enter");
      await page.getByRole("heading", { level: 1, name: links.at(-1).replace("Manage ", "") }).waitFor();
    });
  });

async function each(views, origin, session, measure) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  try {
    const sizes = [];
    for (const [path, links] of views) {
      const context = await browser.newContext({ baseURL: origin });
      // What is sent over HTTPS alone is sent to this machine as well.
      const cookie = { name: SESSION, value: session, url: origin.replace("http:", "https:"), secure: true };
      if (path !== "/sign-in") await context.addCookies([cookie]);
      sizes.push([path, await measure(await context.newPage(), path, links)]);
      await context.close();
    }
    return sizes;
  } finally {
    await browser.close();
  }
}

const visit = (page, path) =>
  bytes(page, /./, async () => {
    await page.goto(path, { waitUntil: "networkidle" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    if (new URL(page.url()).pathname !== path) throw new Error(`${path} led to ${page.url()}`);
  });

/** Bytes of the answers from addresses like these that a page asks for on the way. */
async function bytes(page, like, go) {
  const answers = [];
  const heard = (response) => like.test(response.url()) && answers.push(response.body());
  page.on("response", heard);
  await go();
  page.off("response", heard);
  const bodies = await Promise.all(answers);
  return bodies.reduce((sum, body) => sum + brotliCompressSync(body).length, 0);
}
