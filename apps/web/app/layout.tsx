import type { Metadata, Viewport } from 'next'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { getSessionUserOrNull } from '#features/auth/session.ts'
import { mono, sans } from './_shell/fonts.ts'
import { SiteFooter } from './_shell/site-footer.tsx'
import { SiteHeader } from './_shell/site-header.tsx'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Routekey: secure API routes with keys', template: '%s · Routekey' },
  description: 'Generate a key, put it on a Next.js route, and nothing else can call it.',
}

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fcfcfd' },
    { media: '(prefers-color-scheme: dark)', color: '#0b0c0f' },
  ],
}

/** The frame of every page. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  // Renders every page per request, because the content security policy has a new nonce each time.
  await connection()
  return (
    <html lang="en" className={`${sans.variable} ${mono.variable}`}>
      <body className="flex min-h-dvh flex-col">
        <a
          href="#main"
          className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-20 focus:rounded-md focus:bg-primary focus:px-4 focus:py-2 focus:text-sm focus:text-primary-foreground"
        >
          Skip to content
        </a>
        <SiteHeader user={await getSessionUserOrNull()} />
        <main id="main" tabIndex={-1} className="flex flex-1 flex-col outline-none">
          {children}
        </main>
        <SiteFooter />
      </body>
    </html>
  )
}
