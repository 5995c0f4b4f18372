import localFont from 'next/font/local'

// Geist 1.9.2, with its licence in fonts/OFL.txt. The files are here because the package `geist` exports only ready-made
// declarations, and those swap a late font in, which moves the text below. `optional` keeps the fallback until the next page.

/** The typeface of text. */
export const sans = localFont({
  src: './fonts/Geist-Variable.woff2',
  variable: '--font-geist-sans',
  weight: '100 900',
  display: 'optional',
})

/** The typeface of code. Preloading it delayed the text by a third of a second on a slow phone. */
export const mono = localFont({
  src: './fonts/GeistMono-Variable.woff2',
  variable: '--font-geist-mono',
  weight: '100 900',
  display: 'optional',
  preload: false,
  adjustFontFallback: false,
  fallback: ['ui-monospace', 'monospace'],
})
