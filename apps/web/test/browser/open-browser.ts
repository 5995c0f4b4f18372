import { type Browser, chromium } from 'playwright-core'
import { findChromium } from '../../../../scripts/find-chromium.ts'

/** Starts the machine's Chromium without a window. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('No Chromium was found. Install it, or name it in CHROMIUM_PATH.')
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
}
