import type { Page } from 'playwright-core'

/**
 * Collects the complaints of the browser about a page while it is open: uncaught errors, and errors and warnings in the
 * console, where Chromium reports violations of the content security policy and React reports its errors.
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
