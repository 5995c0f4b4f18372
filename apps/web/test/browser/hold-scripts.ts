import { EventEmitter, once } from 'node:events'
import type { Page } from 'playwright-core'

/** Holds back all scripts of a page until the returned function is called. */
export async function holdScripts(page: Page): Promise<() => void> {
  const gate = new EventEmitter()
  const opened = once(gate, 'open')
  await page.route('**/_next/static/**/*.js', async (route) => {
    await opened
    await route.continue()
  })
  return () => void gate.emit('open')
}
