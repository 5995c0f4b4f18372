import type { Page } from 'playwright-core'

/**
 * Collects what the browser says is wrong with a page, for as long as the page is open: uncaught errors, and errors and
 * warnings in the console. Chromium reports there what the content security policy stops, and React what it finds wrong.
 *
 * @param expected messages that are not collected; none by default
 * @returns a list that grows
 */
export function collectComplaints(page: Page, expected?: RegExp): string[] {
  const complaints: string[] = []
  const add = (text: string) => {
    if (expected?.test(text) !== true) complaints.push(text)
  }
  page.on('pageerror', (error) => add(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') add(`${message.text()} (${message.location().url})`)
  })
  return complaints
}
