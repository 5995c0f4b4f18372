import localFont from 'next/font/local'

// Geist 1.9.2, with its licence in fonts/OFL.txt. The files are here because the package `geist` exports only ready-made
// declarations, and those swap a late font in, which moves the text below. `optional` keeps the fallback until the next page.
//
// The files hold what our texts need, the Latin script and three weights, in 40 kB instead of 141: on a slow phone they share the
// line with the page. Names in another script get the system's typeface. Both are made with fonttools 4.66, this one by
//   fonttools varLib.instancer Geist-Variable.woff2 wght=400:600 -o Geist.ttf
//   pyftsubset Geist.ttf --flavor=woff2 --output-file=Geist-Latin.woff2
//     --layout-features=kern,mark,mkmk,ccmp,liga,locl,tnum
//     --unicodes=20-7E,A0-17F,2C6-2DD,300-30C,2000-206F,20AC,2122,2190-2193,2212,2260-2265

/** The typeface of text. */
export const sans = localFont({
  src: './fonts/Geist-Latin.woff2',
  variable: '--font-geist-sans',
  weight: '400 600',
  display: 'optional',
})

/** The typeface of code. It is not preloaded, because that delays the text on a slow phone. */
export const mono = localFont({
  src: './fonts/GeistMono-Latin.woff2',
  variable: '--font-geist-mono',
  weight: '400 600',
  display: 'optional',
  preload: false,
  adjustFontFallback: false,
  fallback: ['ui-monospace', 'monospace'],
})
