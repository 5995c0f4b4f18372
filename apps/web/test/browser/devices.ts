import type { BrowserContextOptions, ViewportSize } from 'playwright-core'

/** A device on which the application is tested. */
export type Device = 'desktop' | 'phone'

/** The settings with which Chromium emulates each device. */
export const devices: Record<Device, BrowserContextOptions & { viewport: ViewportSize }> = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: {
    viewport: { width: 412, height: 915 },
    deviceScaleFactor: 2.625,
    isMobile: true,
    hasTouch: true,
    userAgent:
      'Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
  },
}
