import { findChromium } from '@routekey/tools/find-chromium'
import { type Browser, chromium, type LaunchOptions } from 'playwright-core'

/**
 * Starts the machine's Chromium without a window.
 *
 * @param options options that differ from the defaults
 */
export async function openBrowser(options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('No Chromium was found. Install it, or name it in CHROMIUM_PATH.')
  return chromium.launch({
    executablePath,
    // Without hinting, text is as wide as it is on a screen.
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--font-render-hinting=none'],
    ...options,
  })
}
