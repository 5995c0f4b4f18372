import localFont from 'next/font/local'

// Not the package's own declarations: they swap a late font in, and then the text beneath moves. These stay with the fallback
// on that page, and come from the cache on the next.

/** The typeface of texts. */
export const sans = localFont({
  src: '../../../node_modules/geist/dist/fonts/geist-sans/Geist-Variable.woff2',
  variable: '--font-geist-sans',
  weight: '100 900',
  display: 'optional',
})

/** The typeface of code. Not fetched ahead: on a slow phone, that put the texts off by a third of a second. */
export const mono = localFont({
  src: '../../../node_modules/geist/dist/fonts/geist-mono/GeistMono-Variable.woff2',
  variable: '--font-geist-mono',
  weight: '100 900',
  display: 'optional',
  preload: false,
  adjustFontFallback: false,
  fallback: ['ui-monospace', 'monospace'],
})
