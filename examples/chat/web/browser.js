// Two pages in Chromium and a server that is stopped, killed and started again: browser.js <program> <browser> <screenshots>
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [program, browser, screenshots] = process.argv.slice(2);
const OLD = 100;
/** No single thing takes longer, and no run takes longer as a whole, also on a machine that is busy. */
const PATIENCE = 60_000;
const PATIENCE_FOR_ALL = 300_000;
const BEGINNING = "This is where it began";
const FLAGS = [
  // The sandbox does not work for root, and the page is our own.
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

const directory = await mkdtemp(path.join(tmpdir(), "lunora-chat-"));
await mkdir(screenshots, { recursive: true });
const pages = [];
const errors = [];
let step = "the start";
let server;
process.on("exit", () => server?.kill("SIGKILL"));
setTimeout(() => {
  console.error(`this takes too long, and it is not over with: ${step}`);
  process.exit(1);
}, PATIENCE_FOR_ALL).unref();
try {
  server = await serve("127.0.0.1:0");
  const ada = await open("Ada", { width: 1200, height: 760 }, "light");
  const bob = await open("Bob Miller", { width: 390, height: 780 }, "dark");
  for (const test of [
    everythingShowsInBoth,
    aMessageShowsBeforeTheServerHasIt,
    nothingIsLostInARestart,
    oldMessagesComeWhileOthersWrite,
  ]) {
    step = test.name;
    const start = performance.now();
    await test(ada, bob);
    console.log(`${step}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  assert.deepEqual(errors, []);
  console.log("all well");
} catch (error) {
  for (const page of pages) await page.screenshot({ path: path.join(screenshots, `failed-${page.who}.png`) }).catch(() => {});
  throw new Error(`in ${step}`, { cause: error });
} finally {
  server?.kill("SIGKILL");
  for (const page of pages) await page.context().close();
  await rm(directory, { recursive: true, force: true });
}

async function everythingShowsInBoth(ada, bob) {
  for (const page of [ada, bob]) await page.getByText("2 here").waitFor();
  await say(ada, "Good morning! Who is for lunch at noon?");
  await message(bob, "Good morning!").waitFor();
  await say(bob, "I am. And we roll for who has to carry it all up the stairs again, as always.");
  await say(bob, "/roll 2d6");
  await message(ada, "2d6:").waitFor();
  await input(bob).pressSequentially("Ha");
  await ada.getByText("Bob Miller is typing").waitFor();
  await picture("live", ada, bob);
  await input(bob).fill("");
  await ada.getByText("Bob Miller is typing").waitFor({ state: "hidden" });
  await say(bob, "/dance");
  await bob.getByText("The bot does not know that").waitFor();
  await input(bob).fill("");
}

async function aMessageShowsBeforeTheServerHasIt(ada, bob) {
  server.kill("SIGSTOP");
  await say(bob, "Sent while the server stands still");
  await pending(bob).waitFor();
  await picture("optimistic", ada, bob);
  assert.equal(await message(ada, "Sent while the server stands still").count(), 0);
  server.kill("SIGCONT");
  await once([ada, bob], "Sent while the server stands still");
}

async function nothingIsLostInARestart(ada, bob) {
  const { address } = server;
  const left = [ada.left, bob.left];
  server.kill("SIGKILL");
  for (const page of [ada, bob]) await page.locator(".connection[data-state=reconnecting]").waitFor();
  await say(bob, "Sent while there was no server");
  await pending(bob).waitFor();
  await picture("offline", ada, bob);
  server = await serve(address);
  await once([ada, bob], "Sent while there was no server");
  for (const page of [ada, bob]) {
    await page.locator(".connection[data-state=connected]").waitFor({ state: "attached" });
    assert.equal(await message(page, "Good morning!").count(), 1, "what was said before is there");
    await page.getByText("2 here").waitFor();
  }
  assert.deepEqual([ada.left, bob.left], left, "who has lost the connection has not left");
  await picture("back", ada, bob);
}

async function oldMessagesComeWhileOthersWrite(ada, bob) {
  const id = await call("mutation", "rooms:open", { name: "archive" });
  for (let number = 0; number < OLD; number += 1) {
    const name = ["Ada", "Cy", "Di"][Math.floor(number / 3) % 3];
    await call("mutation", "messages:send", { room: id, name, body: `line ${number}` });
  }
  const left = [ada.left, bob.left];
  await room("archive", ada, bob);
  assert.deepEqual([ada.left, bob.left], left.map((times) => times + 1), "who goes to another room has left this one");
  await message(bob, `line ${OLD - 1}`).waitFor();
  let written = 0;
  while ((await bob.getByText(BEGINNING).count()) === 0) {
    const oldest = await bob.locator(".body").last().textContent();
    await bob.locator(".messages").evaluate((list) => list.scrollTo({ top: -list.scrollHeight }));
    await say(ada, `meanwhile ${written}`);
    written += 1;
    // What Ada writes makes the list longer as well: only an older message tells that the next page has come.
    await until(bob, ({ oldest, beginning }) => {
      const list = document.querySelector(".messages");
      return [...list.querySelectorAll(".body")].at(-1).textContent !== oldest || list.textContent.includes(beginning);
    }, { oldest, beginning: BEGINNING });
  }
  const place = async () => (await bob.getByText("line 2", { exact: true }).boundingBox()).y;
  await bob.locator(".messages").evaluate((list) => list.scrollTo({ top: -list.scrollHeight }));
  await message(bob, `meanwhile ${written - 1}`).waitFor({ state: "attached" });
  const before = await place();
  await say(ada, `meanwhile ${written}`);
  written += 1;
  await message(bob, `meanwhile ${written - 1}`).waitFor({ state: "attached" });
  assert(Math.abs((await place()) - before) <= 2, "what somebody reads stays where it is");
  await picture("scrolled", ada, bob);
  const expected = [
    ...Array.from({ length: OLD }, (_, number) => `line ${number}`),
    ...Array.from({ length: written }, (_, number) => `meanwhile ${number}`),
  ];
  assert.deepEqual((await bob.locator(".body").allTextContents()).reverse(), expected);
  await bob.getByRole("button", { name: "Newest" }).click();
  await until(bob, () => document.querySelector(".messages").scrollTop === 0);
}

/** Starts the server on the directory. */
async function serve(addr) {
  const server = spawn(program, ["serve", "--addr", addr, "--data", path.join(directory, "data")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const address = new Promise((resolve, reject) => {
    createInterface(server.stdout).on("line", (line) => {
      const address = line.match(/^Lunora serves http:\/\/(.*)$/)?.[1];
      if (address) resolve(address);
    });
    server.on("exit", () => reject(new Error("the server did not start")));
    setTimeout(() => reject(new Error("the server does not say where it serves")), PATIENCE).unref();
  });
  return Object.assign(server, { address: await address });
}

/** A page in a browser of its own. */
async function open(who, viewport, colorScheme) {
  const context = await chromium.launchPersistentContext(path.join(directory, who), {
    executablePath: browser,
    args: FLAGS,
    timeout: PATIENCE,
    colorScheme,
    headless: true,
    viewport,
  });
  const page = Object.assign(context.pages()[0] ?? (await context.newPage()), { who, left: 0 });
  pages.push(page);
  page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      if (payload.includes('"presence:leave"')) page.left += 1;
    });
  });
  page.on("pageerror", (error) => errors.push(`${who}: ${error}`));
  page.setDefaultTimeout(PATIENCE);
  await page.goto(`http://${server.address}/`);
  const name = page.getByLabel("Your name");
  await name.fill(who);
  await name.press("Enter");
  return page;
}

function input(page) {
  return page.getByRole("textbox", { name: "Message" });
}

function message(page, text) {
  return page.locator(".body").getByText(text).first();
}

function pending(page) {
  return page.locator(".message[data-pending]").first();
}

async function say(page, text) {
  await input(page).fill(text);
  await input(page).press("Enter");
}

async function room(name, ...pages) {
  for (const page of pages) {
    await page.getByLabel("New room").fill(name);
    await page.getByLabel("New room").press("Enter");
    await page.getByRole("heading", { name }).waitFor();
    await input(page).waitFor();
  }
}

/** Waits until this holds. By the clock: a page that nobody sees may draw nothing, and then a frame never comes. */
async function until(page, condition, argument) {
  await page.waitForFunction(condition, argument, { polling: 50 });
}

/** Waits until the message is there for good, and then there is one of it. */
async function once(pages, text) {
  for (const page of pages) {
    await message(page, text).waitFor();
    await pending(page).waitFor({ state: "detached" });
    assert.equal(await page.locator(".body").getByText(text).count(), 1, `${page.who}: ${text}`);
  }
}

async function call(kind, path, args) {
  const reply = await fetch(`http://${server.address}/api/${kind}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ path, args }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  const answer = await reply.json();
  assert.equal(answer.status, "success", JSON.stringify(answer));
  return answer.value;
}

async function picture(state, ...pages) {
  for (const page of pages) await page.screenshot({ path: path.join(screenshots, `${state}-${page.viewportSize().width}.png`) });
}
