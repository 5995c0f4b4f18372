import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, type TestContext } from 'vitest'
import { createSession, type Session } from '#test/support/create-session.ts'
import { type Stack, type StackOptions, startStack } from '#test/support/stack.ts'
import { collectComplaints } from './collect-complaints.ts'
import { type Device, devices } from './devices.ts'
import { openBrowser } from './open-browser.ts'

/** The options of a page. */
export interface PageOptions {
  /** Default `desktop`. */
  readonly device?: Device
  /** Default `light`. */
  readonly colorScheme?: 'light' | 'dark'
  /** The signed-in user; default none. */
  readonly session?: Session
  /** `false` for a browser without scripts. */
  readonly javaScriptEnabled?: boolean
  /** Device pixels per CSS pixel; default that of the device. */
  readonly deviceScaleFactor?: number
  /** Complaints of the browser that are expected; others fail the test. */
  readonly expectedComplaint?: RegExp
}

/** The tools of a file of browser tests. */
export interface TestBrowser {
  /** The application under test, shared by the whole file. */
  readonly stack: Stack
  /** Opens an empty page in its own context, which is closed after the test. */
  readonly openPage: (options?: PageOptions) => Promise<Page>
  /** Signs up a new user without a page. */
  readonly createSession: (email?: string) => Promise<Session>
}

const screenshots = fileURLToPath(new URL('failures/', import.meta.url))

/**
 * Starts a stack and Chromium before the tests of a file and stops both after them. A test also fails if the browser
 * complains: an error in a script, an error in the console, a violation of the content security policy. Screenshots of failed
 * tests are in `failures`.
 */
export function setUpBrowser(options: StackOptions = {}): TestBrowser {
  let stack: Stack | undefined
  let browser: Browser | undefined
  let opened: { page: Page; complaints: string[] }[] = []

  beforeAll(async () => {
    const starting = startStack(options)
    browser = await openBrowser()
    stack = await starting
  })
  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
  })
  afterEach(async ({ task }) => {
    const ended = opened
    opened = []
    const messages: string[] = []
    try {
      for (const { page, complaints } of ended) {
        if (complaints.length > 0) messages.push(`The browser complained: ${complaints.join('; ')}`)
        if (complaints.length > 0 || task.result?.state === 'fail')
          messages.push(`${page.url()} looked like ${await takePicture(page, task)}`)
      }
    } finally {
      await Promise.all(ended.map(async ({ page }) => close(page)))
    }
    if (messages.length > 0) throw new Error(messages.join('\n'))
  })

  return {
    get stack() {
      return started(stack)
    },
    openPage: async ({ device = 'desktop', session, expectedComplaint, ...rest } = {}) => {
      const { webUrl } = started(stack)
      const context = await started(browser).newContext({ baseURL: webUrl, ...devices[device], ...rest })
      context.setDefaultTimeout(60_000)
      for (const [name, value] of session?.cookies ?? [])
        await context.addCookies([{ name, value, url: webUrl, httpOnly: true, sameSite: 'Lax' }])
      const page = await context.newPage()
      opened.push({ page, complaints: collectComplaints(page, expectedComplaint) })
      return page
    },
    createSession: async (email) => createSession(started(stack), email === undefined ? {} : { email }),
  }
}

/** Closes a page and its pending requests, such as the prefetches of Next.js through a test's own routes. */
async function close(page: Page): Promise<void> {
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await page.context().close()
}

function started<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error('The stack and the browser start before the first test, not before that.')
  return part
}

async function takePicture(page: Page, task: TestContext['task']): Promise<string> {
  await mkdir(screenshots, { recursive: true })
  const name = task.name.replaceAll(/[^\w]+/g, '-').slice(0, 80)
  const path = `${screenshots}${name}-${randomUUID().slice(0, 8)}.png`
  await page.screenshot({ path, fullPage: true })
  return path
}
